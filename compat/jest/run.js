// Jest supports only CommonJS by default, so scripts/runtimes/jest.ts bundles scenarios.mjs to scenarios.js. The
// results go to a file, because Jest itself writes to stdout.
const { writeFileSync } = require("node:fs");
const { runScenarios } = require("./scenarios.js");

module.exports = async function run(library, testing) {
  const { BASE_URL: baseUrl, RESULTS: file } = process.env;
  writeFileSync(file, JSON.stringify(await runScenarios(library, { baseUrl }, { testing })));
};
