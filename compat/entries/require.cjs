// The same, as CommonJS has it.
const library = require("impact-partner-client");
const raw = require("impact-partner-client/raw");
const testing = require("impact-partner-client/testing");

const [baseUrl] = process.argv.slice(2);
void import("./scenarios.mjs")
  .then(({ runScenarios }) => runScenarios(library, { baseUrl }, { raw, testing }))
  .then((results) => console.log(JSON.stringify(results)));
