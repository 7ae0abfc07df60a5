import { expect, test } from "vitest";
import { refused } from "../support/client.ts";
import { refusal } from "../support/create.ts";

const REQUEST_OPTIONS = "`signal`, `timeout`, `maxRetries`";

const TIMEOUT = "Expected `timeout` to be a whole number of milliseconds from 1 to 2147483647, got";

const RETRIES = "Expected `maxRetries` to be a whole number from 0 to 100, got";

const SIGNAL = "Expected `signal` to be an AbortSignal, got";

test.each<[options: unknown, field: string, message: string]>([
  [null, "options", "Expected options to be an object, got null"],
  [1000, "options", "Expected options to be an object, got the number 1000"],
  [[], "options", "Expected options to be an object, got an array"],
  [AbortSignal.abort(), "options", "Expected options such as `{ signal }`, got a signal alone"],
  [{ Timeout: 1 }, "Timeout", "Expected a known option, got `Timeout`; did you mean `timeout`?"],
  [
    { timeuot: undefined },
    "timeuot",
    "Expected a known option, got `timeuot`; did you mean `timeout`?",
  ],
  [
    { max_retries: 1 },
    "max_retries",
    "Expected a known option, got `max_retries`; did you mean `maxRetries`?",
  ],
  [
    { retries: 1 },
    "retries",
    `Expected a known option, got \`retries\`; known are ${REQUEST_OPTIONS}`,
  ],
  [
    { headers: {} },
    "headers",
    `Expected a known option, got \`headers\`; known are ${REQUEST_OPTIONS}`,
  ],
  [{ signal: { aborted: false } }, "signal", `${SIGNAL} a value of type object`],
  [
    { constructor: 1 },
    "constructor",
    `Expected a known option, got \`constructor\`; known are ${REQUEST_OPTIONS}`,
  ],
  [
    JSON.parse('{"__proto__":{"timeout":1}}'),
    "__proto__",
    `Expected a known option, got \`__proto__\`; known are ${REQUEST_OPTIONS}`,
  ],
  [{ timeout: 0 }, "timeout", `${TIMEOUT} the number 0`],
  [{ timeout: -1 }, "timeout", `${TIMEOUT} the number -1`],
  [{ timeout: 0.5 }, "timeout", `${TIMEOUT} the number 0.5`],
  [{ timeout: NaN }, "timeout", `${TIMEOUT} the number NaN`],
  [{ timeout: Infinity }, "timeout", `${TIMEOUT} the number Infinity`],
  [{ timeout: 2 ** 31 }, "timeout", `${TIMEOUT} the number 2147483648`],
  [{ timeout: "30" }, "timeout", `${TIMEOUT} a string`],
  [{ timeout: null }, "timeout", `${TIMEOUT} null`],
  [{ maxRetries: -1 }, "maxRetries", `${RETRIES} the number -1`],
  [{ maxRetries: 101 }, "maxRetries", `${RETRIES} the number 101`],
  [{ maxRetries: 1.5 }, "maxRetries", `${RETRIES} the number 1.5`],
  [{ maxRetries: NaN }, "maxRetries", `${RETRIES} the number NaN`],
  [{ maxRetries: true }, "maxRetries", `${RETRIES} the boolean true`],
  [{ maxRetries: null }, "maxRetries", `${RETRIES} null`],
  [{ signal: null }, "signal", `${SIGNAL} null`],
  [{ signal: "abort" }, "signal", `${SIGNAL} a string`],
  [{ signal: {} }, "signal", `${SIGNAL} a value of type object`],
  [{ signal: new AbortController() }, "signal", `${SIGNAL} a value of type object`],
])("refuses the options of a call %j", async (options, field, message) => {
  expect(await refusal({ programId: "1" }, options)).toEqual(
    refused("invalid_input", field, message),
  );
});
