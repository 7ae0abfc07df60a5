import { expect, test } from "vitest";
import { createFakeImpact, type FakeImpactOptions, type Fault } from "../../src/testing/index.ts";

const failNext = (fault: unknown): void => createFakeImpact().failNext(fault as Fault);

test.each<[options: unknown, message: string]>([
  [null, "options to be an object, got null"],
  [{ progams: ["1"] }, "a known option, got `progams`; did you mean `programs`?"],
  [{ programs: "1000" }, "`programs` to be an array of strings, got a string"],
  [{ programs: [1000] }, "`programs` to be an array of strings, got an array"],
  [{ programs: null }, "`programs` to be an array of strings, got null"],
  [{ programs: { 1: { domains: [] } } }, "a known program 1 option, got `domains`"],
  [{ programs: { 1: null } }, "program 1 options to be an object, got null"],
  [
    { programs: { 1: { deepLinkDomains: "a.example" } } },
    "`programs` to be arrays of `deepLinkDomains` by id, got a value of type object",
  ],
  [{ vanityLimit: "a" }, "`vanityLimit` to be a whole number of at least 0, got a string"],
  [{ rateLimit: 5 }, "rateLimits to be an object, got the number 5"],
  [{ rateLimit: { limit: 5 } }, "`rateLimit.windowMs`, got none"],
  [{ now: 5 }, "`now` to be a function, got the number 5"],
  [
    { trackingDomain: "" },
    "`trackingDomain` to be a string that is not empty, got an empty string",
  ],
])("refuses the invalid options %j", (options, message) => {
  expect(() => createFakeImpact(options as FakeImpactOptions)).toThrow(`Expected ${message}`);
});

const KINDS =
  "`status`, `network`, `delay`, `dropAfterCommit`, `stallBody`, `truncateBody`, `body`, `headers`";

test.each<[fault: unknown, message: string]>([
  [undefined, "faults to be an object, got undefined"],
  [{ foo: 1 }, `a known fault, got \`foo\`; known are ${KINDS}`],
  [{ netwrok: "ECONNRESET" }, "a known fault, got `netwrok`; did you mean `network`?"],
  [{}, "a fault of one kind, got none"],
  [{ delay: 1, stallBody: true }, "a fault of one kind, got `delay` and `stallBody`"],
  [{ network: "EFOO" }, '`network` to be "ECONNREFUSED" or "ECONNRESET", got "EFOO"'],
  [{ dropAfterCommit: false }, "`dropAfterCommit` to be true, got the boolean false"],
  [{ status: 99 }, "`status` to be a status from 200 to 599, got the number 99"],
  [{ delay: -1 }, "`delay` to be milliseconds from 0 to 2147483647, got the number -1"],
])("refuses the invalid fault %j", (fault, message) => {
  expect(() => failNext(fault)).toThrow(`Expected ${message}`);
});
