const library = require("impact-partner-client");
const testing = require("impact-partner-client/testing");
const run = require("./run.js");

test("the scenarios", () => run(library, testing));
