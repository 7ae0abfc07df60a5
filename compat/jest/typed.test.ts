import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";

declare const test: (name: string, run: () => Promise<void>) => void;
declare const require: (path: string) => (...entries: object[]) => Promise<void>;

test("the scenarios", () => require("./run.js")(library, testing));
