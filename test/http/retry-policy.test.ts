import { expect, test } from "vitest";
import { isRetryable } from "../../src/http/retry-policy.ts";
import { ImpactError } from "../../src/index.ts";
import { baseUrl } from "../support/client.ts";

test.each<[Record<string, "always" | "never">, string, boolean]>([
  [{ "POST /A/{Id}.json": "always" }, "/A/1.json", true],
  [{ "POST /A/{Id}.json": "always" }, "/base/A/1.json", true],
  [{ "POST /A/{Id}.json": "always" }, "/A/1-json", false],
  [{ "POST /A/{Id}.json": "always" }, "/A/1/2.json", false],
  [{ "PUT /A/{Id}": "always" }, "/A/1", false],
  [{ "POST /A/{Id}": "always", "POST /A/Export": "never" }, "/A/Export", false],
  [{ "POST /A/{Id}": "never", "POST /A/Export": "always" }, "/A/Export", false],
  [{ "POST /A/{Id}": "always", "POST /A/Export": "always" }, "/A/Export", true],
  [{}, "/A/1", false],
])("by the rules %j, POST %s is retryable: %s", (own, path, expected) => {
  const url = `https://api.example${path}`;
  const details = { code: "connection", outcome: "unknown", method: "POST", url } as const;
  expect(isRetryable(new ImpactError("reset", details), own)).toBe(expected);
});

const path = "/Mediapartners/IR/Programs/1/TrackingLinks";

test.each([
  ["GET", "/anything", true],
  ["HEAD", "/anything", true],
  ["POST", path, true],
  ["POST", `/below/a/proxy${path}`, true],
  ["POST", `${path}?Type=Regular&subId1=a`, true],
  ["POST", `${path}?Type=Regular&Type=Vanity`, false],
  ["POST", `${path}?Type=REGULAR`, false],
  ["POST", `${path}?Type=`, false],
  ["POST", `${path}?CustomPath=`, false],
  ["POST", `${path}/1`, false],
  ["POST", "/Mediapartners/IR/Programs//TrackingLinks", false],
  ["POST", "/Mediapartners/IR/Programs/1/2/TrackingLinks", false],
  ["DELETE", path, false],
  ["PATCH", path, false],
  ["POST", "/", false],
])("after an unknown outcome, %s %s is retryable: %s", (method, target, expected) => {
  const details = {
    code: "timeout",
    outcome: "unknown",
    method,
    url: `${baseUrl}${target}`,
  } as const;
  expect(isRetryable(new ImpactError("late", details))).toBe(expected);
});
