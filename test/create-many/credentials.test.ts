import { expect, test } from "vitest";
import {
  account,
  useFakeTime,
  served,
  program,
  line,
  all,
  throwing,
  failure,
  errorOf,
  type Params,
} from "../support/create-many.ts";

useFakeTime();

const { authToken } = account;
const basic = Buffer.from(`${account.accountSid}:${authToken}`).toString("base64");
/** Everything that a log could show of an error. */
const shown = (error: unknown): string => {
  let text = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    text += `${each.message}\n${each.stack}\n${JSON.stringify(each)}\n`;
  }
  return text;
};

test.each<[where: string, row: unknown]>([
  ["a value", { programId: "1", subId1: `a ${authToken} b` }],
  ["a value in base64", { programId: "1", subId1: basic }],
  ["the program", { programId: authToken }],
  ["a link", { programId: "1", deepLink: `https://a.example/?k=${encodeURIComponent(authToken)}` }],
  ["a key", { programId: "1", [authToken]: "a" }],
  ["the whole row", authToken],
  ["a long row", `${"x".repeat(70)}${authToken}`],
])("credentials in %s are refused, and shown nowhere", async (_, row) => {
  const { impact, requests, events } = served();

  const results = await all(impact.trackingLinks.createMany([row as Params, program(1)]));

  expect(results.map(line)).toEqual(["0 invalid_input not_sent", "1 1"]);
  const text = shown(errorOf(results[0]));
  expect(text).not.toContain(authToken);
  expect(text).not.toContain(basic);
  // Nor a part of it.
  expect(text).not.toContain(authToken.slice(0, 6));
  expect(requests).toEqual(["1"]);
  expect(JSON.stringify(events)).not.toContain(authToken);
});

test.each<[what: string, thrown: unknown]>([
  ["an error", new Error(`cannot read https://x:${authToken}@files.example`)],
  ["an error with a cause", new Error("no", { cause: new Error(authToken) })],
  ["a string", `cannot read ${authToken}`],
  ["an object", { message: authToken }],
])("credentials in %s that the inputs throw are shown nowhere", async (_, thrown) => {
  const { impact } = served();
  const results = await all(impact.trackingLinks.createMany(throwing(thrown)));

  expect(shown(errorOf(results[0]))).not.toContain(authToken);
});

test("credentials in the name of an option are shown nowhere", async () => {
  const { impact } = served();

  const error = await failure(impact.trackingLinks.createMany([], { [authToken]: true }));

  expect(error).toMatchObject({ code: "invalid_input" });
  expect(shown(error)).not.toContain(authToken);
});
