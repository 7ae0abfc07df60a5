// The same, as CommonJS has it.
const library = require("impact-partner-client");
const testing = require("impact-partner-client/testing");

const [baseUrl] = process.argv.slice(2);
void import("./scenarios.mjs")
  .then(({ runScenarios }) => runScenarios(library, { baseUrl }, { testing }))
  .then((results) => console.log(JSON.stringify(results)));
