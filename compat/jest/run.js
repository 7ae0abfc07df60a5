// Jest has only CommonJS, so scripts/runtimes/jest.ts bundles scenarios.mjs to scenarios.js. Its stdout is Jest's own.
const { writeFileSync } = require("node:fs");
const { runScenarios } = require("./scenarios.js");

module.exports = async function run(library, testing) {
  const { BASE_URL: baseUrl, RESULTS: file } = process.env;
  writeFileSync(file, JSON.stringify(await runScenarios(library, { baseUrl }, { testing })));
};
