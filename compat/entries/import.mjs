// Node, Bun and Deno: node import.mjs <baseUrl>
import * as library from "impact-partner-client";
import * as testing from "impact-partner-client/testing";
import { runScenarios } from "./scenarios.mjs";

const [baseUrl] = process.argv.slice(2);
console.log(JSON.stringify(await runScenarios(library, { baseUrl }, { testing })));
