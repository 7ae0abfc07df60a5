import { expect, test } from "vitest";
import { errorFrom, responding } from "../support/client.ts";

/** The shape of the API's own answers. */
const body = (message: string): string =>
  JSON.stringify({
    timestamp: 1744000000000,
    status: "BAD_REQUEST",
    error: "Bad Request",
    message,
  });

test.each([
  "This program does not support deep linking.",
  "This program does not support deep linking",
  "this Program  DOES NOT\nsupport  Deep Linking.",
  "This program doesn't support deep-linking.",
  "This program doesn’t support deep links.",
  "The domain 'shop.example' is not a valid deep link domain for this program.",
  'The domain "www.shop.example" is not a valid deep link domain for this program.',
  "The domain ‘shop.example’ is not a valid deep  link domain for this program",
  "the domain shop.example is NOT a valid deep-link domain for this program.",
])("deep_link_refused by a 400 that says: %s", async (message) => {
  expect(await errorFrom(responding(body(message), { status: 400 }))).toMatchObject({
    code: "deep_link_refused",
    outcome: "rejected",
    status: 400,
    reason: message.replace(/\s+/g, " "),
  });
});

test.each([
  "Invalid deep link",
  "DeepLink is required",
  "The domain 'shop.example' is not valid",
  "This program does not support this action",
  "This program supports deep linking, but the ad does not",
  "",
])("invalid_request by a 400 that says: %s", async (message) => {
  expect(await errorFrom(responding(body(message), { status: 400 }))).toMatchObject({
    code: "invalid_request",
    outcome: "rejected",
  });
});

test("deep_link_refused only by a 400", async () => {
  const text = body("This program does not support deep linking.");
  expect(await errorFrom(responding(text, { status: 403 }))).toMatchObject({ code: "forbidden" });
  expect(await errorFrom(responding(text, { status: 422 }))).toMatchObject({
    code: "invalid_request",
  });
});
