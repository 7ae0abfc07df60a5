// The same as import.mjs, in CommonJS: node require.cjs <baseUrl>
const library = require("impact-partner-client");
const testing = require("impact-partner-client/testing");

const [baseUrl] = process.argv.slice(2);
void import("./scenarios.mjs")
  .then(({ runScenarios }) => runScenarios(library, { baseUrl }, { testing }))
  .then((results) => console.log(JSON.stringify(results)));
