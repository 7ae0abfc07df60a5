// Node, Bun and Deno: node import.mjs <baseUrl>
import * as library from "impact-partner-client";
import * as raw from "impact-partner-client/raw";
import * as testing from "impact-partner-client/testing";
import { runScenarios } from "./scenarios.mjs";

const [baseUrl] = process.argv.slice(2);
console.log(JSON.stringify(await runScenarios(library, { baseUrl }, { raw, testing })));
