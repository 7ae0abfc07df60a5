import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";
import run from "./run.js";

test("the scenarios", () => run(library, testing));
