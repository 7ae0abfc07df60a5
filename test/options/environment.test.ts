import { expect, test, vi } from "vitest";
import { createImpactClient, type ImpactClientOptions, spec } from "../../src/index.ts";
import { version } from "../../src/version.ts";
import { account, basic, refused } from "../support/client.ts";
import { refusal, sentWith, useEmptyEnvironment } from "../support/options.ts";

useEmptyEnvironment();

test("reads the environment if no argument is given", async () => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");
  vi.stubEnv("IMPACT_BASE_URL", "https://env.example");

  const { url, headers } = await sentWith({});

  expect(url).toBe("https://env.example/Mediapartners/IRenv/Programs/1/TrackingLinks");
  expect(headers["authorization"]).toBe(basic({ accountSid: "IRenv", authToken: "env-t0ken" }));
});

test("prefers an argument to the environment", async () => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");
  vi.stubEnv("IMPACT_BASE_URL", "https://env.example");

  const { url, headers } = await sentWith({ ...account, baseUrl: "https://arg.example" });

  expect(url).toBe("https://arg.example/Mediapartners/IRabc123/Programs/1/TrackingLinks");
  expect(headers["authorization"]).toBe(basic());
});

test("reads each setting where it is given and takes undefined for absent", async () => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IRenv");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "env-t0ken");

  const { url, headers } = await sentWith({ accountSid: undefined, authToken: "arg-t0ken" });

  expect(url).toBe("https://api.impact.com/Mediapartners/IRenv/Programs/1/TrackingLinks");
  expect(headers["authorization"]).toBe(basic({ accountSid: "IRenv", authToken: "arg-t0ken" }));
});

test("uses the document's server and version by default", async () => {
  const { url, headers } = await sentWith(account);

  expect(url).toBe(`${spec.server}/Mediapartners/IRabc123/Programs/1/TrackingLinks`);
  expect(headers).toEqual({
    accept: "application/json",
    authorization: basic(),
    "ir-version": spec.version,
    "user-agent": `impact-partner-client/${version} (IR-Version ${spec.version})`,
  });
});

test("takes options that are undefined for absent", async () => {
  const absent: ImpactClientOptions = {
    baseUrl: undefined,
    apiVersion: undefined,
    timeout: undefined,
    maxRetries: undefined,
    maxRetryDelay: undefined,
    headers: undefined,
    onEvent: undefined,
    dangerouslyAllowBrowser: undefined,
  };

  expect(await sentWith({ ...account, ...absent })).toEqual(await sentWith(account));
});

test("takes an empty variable for unset", async () => {
  vi.stubEnv("IMPACT_BASE_URL", "");

  const { url } = await sentWith(account);

  expect(url).toBe("https://api.impact.com/Mediapartners/IRabc123/Programs/1/TrackingLinks");
});

test("takes a runtime without process for an empty environment", () => {
  vi.stubGlobal("process", undefined);

  expect(createImpactClient(account).accountSid).toBe("IRabc123");
});

test("takes an environment that may not be read for an empty one", () => {
  vi.stubGlobal("process", {
    get env(): never {
      throw new Error("NotCapable: Requires env access");
    },
  });

  expect(createImpactClient(account).accountSid).toBe("IRabc123");
});

test.each([undefined, ""])("refuses a missing account SID (variable: %j)", (value) => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", value);

  expect(refusal({ authToken: account.authToken }).toJSON()).toEqual(
    refused(
      "configuration",
      "accountSid",
      "Expected `accountSid` to be given, or IMPACT_ACCOUNT_SID to be set, got neither",
    ),
  );
});

test.each([undefined, ""])("refuses a missing auth token (variable: %j)", (value) => {
  vi.stubEnv("IMPACT_AUTH_TOKEN", value);

  expect(refusal({ accountSid: account.accountSid }).toJSON()).toEqual(
    refused(
      "configuration",
      "authToken",
      "Expected `authToken` to be given, or IMPACT_AUTH_TOKEN to be set, got neither",
    ),
  );
});

test("names the account SID first if nothing is given", () => {
  expect(refusal(undefined).message).toBe(
    "Expected `accountSid` to be given, or IMPACT_ACCOUNT_SID to be set, got neither",
  );
});

test("validates the values of the environment", () => {
  vi.stubEnv("IMPACT_BASE_URL", "http://api.example");
  expect(refusal(account).message).toBe(
    "Expected `IMPACT_BASE_URL` to be an https URL without credentials, query or fragment " +
      '(http only for localhost), got http to "api.example"',
  );

  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR:1");
  expect(refusal({ authToken: account.authToken }).message).toBe(
    "Expected `IMPACT_ACCOUNT_SID` to be free of colons, got one with a colon",
  );
});

test.each<[what: string, process: unknown]>([
  ["no process", undefined],
  ["no environment", {}],
  [
    "an environment that may not be read",
    {
      get env(): never {
        throw new Error("not allowed");
      },
    },
  ],
])("needs no environment if all options are given: %s", (_, process) => {
  vi.stubGlobal("process", process);
  try {
    expect(createImpactClient(account).accountSid).toBe(account.accountSid);
    expect(() => createImpactClient({ accountSid: "IR1" })).toThrow(
      "Expected `authToken` to be given, or IMPACT_AUTH_TOKEN to be set, got neither",
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
