import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createImpactClient, isImpactError, toImpactError } from "../../src/index.ts";
import { account, errorOf, LINKS_PATH } from "../support/client.ts";
import { clientOf, ids } from "../support/raw.ts";
import { serve } from "../support/server.ts";
import type * as RawError from "../../src/http/raw-error.ts";

const params = { path: ids };
const PLACE = `/Mediapartners/${account.accountSid}/Programs/1000/TrackingLinks`;

test("makes an ImpactError of a raw refusal, with everything that the client knows of it", async () => {
  const { baseUrl } = await serve({
    status: 429,
    headers: { "Retry-After": "700", "Set-Cookie": "a=b" },
    body: `{"Status":"ERROR","Message":"Slow down, ${account.authToken}"}`,
  });
  const result = await clientOf(baseUrl).POST(LINKS_PATH, { params });
  const error = toImpactError(result);

  expect(error?.toJSON()).toEqual({
    name: "ImpactError",
    message: `POST ${baseUrl}${PLACE} answered 429: Slow down, [redacted]`,
    code: "rate_limited",
    outcome: "rejected",
    status: 429,
    reason: "Slow down, [redacted]",
    retryAfter: 700_000,
    attempts: 1,
    method: "POST",
    url: `${baseUrl}${PLACE}`,
    body: { Status: "ERROR", Message: "Slow down, [redacted]" },
    headers: expect.objectContaining({ "retry-after": "700" }) as object,
  });
  expect(toImpactError(result)).toBe(error);
});

test.each([
  [401, "<html><title>No</title></html>", "unauthorized", "rejected", "No"],
  [
    400,
    "<ImpactRadiusResponse><Status>ERROR</Status><Message>Bad id</Message></ImpactRadiusResponse>",
    "invalid_request",
    "rejected",
    "Bad id",
  ],
  [404, "", "not_found", "rejected", undefined],
  [503, '{"half', "server_error", "unknown", '{"half'],
])(
  "makes an ImpactError of a raw %i with the body %j",
  async (status, body, code, outcome, reason) => {
    const { baseUrl } = await serve({ status, body });
    const error = toImpactError(await clientOf(baseUrl).POST(LINKS_PATH, { params }));
    expect(isImpactError(error)).toBe(true);
    expect({ ...error }).toMatchObject({ code, outcome, status });
    expect(error?.reason).toBe(reason);
  },
);

test("a raw 200 that says ERROR is no success", async () => {
  const { baseUrl } = await serve({ body: '{"Status":"ERROR","Message":"Not today"}' });
  const result = await clientOf(baseUrl).POST(LINKS_PATH, { params });
  expect(toImpactError(result)).toMatchObject({
    message: `POST ${baseUrl}${PLACE} answered 200 with Status ERROR: Not today`,
    code: "unexpected_response",
    outcome: "unknown",
    status: 200,
    reason: "Not today",
  });
});

test.each(["{}", '{"Status":"OK"}', '{"Status":"NO_ERROR"}', "[]", "null", ""])(
  "a raw success with the body %j has no error",
  async (body) => {
    const { baseUrl } = await serve({ body });
    expect(toImpactError(await clientOf(baseUrl).POST(LINKS_PATH, { params }))).toBe(undefined);
  },
);

test("a refusal that a middleware has made is an ImpactError, too", async () => {
  const { baseUrl } = await serve({ body: "{}" });
  const raw = clientOf(baseUrl);
  raw.use({
    onResponse: () => Response.json({ Message: "Made here" }, { status: 403 }),
  });
  const error = toImpactError(await raw.POST(LINKS_PATH, { params }));
  expect(error).toMatchObject({ code: "forbidden", status: 403, reason: "Made here" });
});

test("another copy of the package makes the same error of a raw refusal", async () => {
  const address = "../../src/http/raw-error.ts?copy";
  const copy: typeof RawError = await import(address);
  const { baseUrl } = await serve({ status: 403, body: `{"Message":"No, ${account.authToken}"}` });
  const result = await clientOf(baseUrl).POST(LINKS_PATH, { params });

  expect(copy.toImpactError).not.toBe(toImpactError);
  expect(copy.toImpactError(result)).toBe(toImpactError(result));
  expect(copy.toImpactError(result)).toMatchObject({ reason: "No, [redacted]", attempts: 1 });
});

test("another copy of the package finds a raw 200 that says ERROR, and redacts it", async () => {
  const address = "../../src/http/raw-error.ts?copy";
  const copy: typeof RawError = await import(address);
  const body = `{"Status":"ERROR","Message":"Not today, ${account.authToken}"}`;
  const { baseUrl } = await serve({ body });
  const result = await clientOf(baseUrl).POST(LINKS_PATH, { params });

  expect(copy.toImpactError(result)?.message).toBe(
    `POST ${baseUrl}${PLACE} answered 200 with Status ERROR: Not today, [redacted]`,
  );
});

test("what a raw response knows of its error is not printed", async () => {
  const { baseUrl } = await serve({ status: 403, body: '{"Message":"No"}' });
  const { response } = await clientOf(baseUrl).POST(LINKS_PATH, { params });
  expect(Reflect.ownKeys(response).filter((key) => key.toString().includes("impact"))).toEqual([
    Symbol.for("impact-partner-client.errorOf"),
  ]);
  expect(inspect(response, { depth: null })).not.toContain("impact");
});

test("a client with throwOnError rejects with the error of a raw refusal", async () => {
  const { baseUrl } = await serve((_, response, count) => {
    response.writeHead(count === 1 ? 404 : 200, { "Content-Type": "application/json" });
    response.end(count === 2 ? '{"Status":"ERROR"}' : '{"TrackingURL":"x"}');
  });
  const raw = clientOf(baseUrl, { throwOnError: true });
  expect(await errorOf(raw.POST(LINKS_PATH, { params }))).toMatchObject({ code: "not_found" });
  expect(await errorOf(raw.request("post", LINKS_PATH, { params }))).toMatchObject({
    code: "unexpected_response",
  });
  expect((await raw.POST(LINKS_PATH, { params })).data).toEqual({ TrackingURL: "x" });
});

test("retryRules come before the client's own, for a GET as well", async () => {
  const { baseUrl, requests } = await serve({ status: 503, body: "{}" });
  interface Jobs {
    "/Mediapartners/{AccountSID}/Jobs/{Id}": { get: { responses: Record<number, never> } };
    "/Mediapartners/{AccountSID}/ReportExport/{Id}": { get: { responses: Record<number, never> } };
    "/Mediapartners/{AccountSID}/Other": { post: { responses: Record<number, never> } };
  }
  const sentBy = async (retryRules: Record<string, "always" | "never"> | undefined) => {
    const options = { ...account, baseUrl, maxRetries: 1, maxRetryDelay: 0, retryRules };
    const { raw } = createImpactClient<Jobs>(options);
    requests.length = 0;
    await raw.GET("/Mediapartners/{AccountSID}/Jobs/{Id}", {
      params: { path: { AccountSID: "a", Id: "1" } },
    } as never);
    await raw.GET("/Mediapartners/{AccountSID}/ReportExport/{Id}", {
      params: { path: { AccountSID: "a", Id: "1" } },
    } as never);
    await raw.POST("/Mediapartners/{AccountSID}/Other", {
      params: { path: { AccountSID: "a" } },
    } as never);
    return requests.map(({ target }) => target.split("/")[3]);
  };
  expect(await sentBy(undefined)).toEqual(["Jobs", "Jobs", "ReportExport", "Other"]);
  expect(
    await sentBy({
      "GET /Mediapartners/{AccountSID}/Jobs/{Id}": "never",
      "GET /Mediapartners/{Sid}/ReportExport/{ReportId}": "always",
      "POST /Mediapartners/{AccountSID}/Other": "always",
    }),
  ).toEqual(["Jobs", "ReportExport", "ReportExport", "Other", "Other"]);
});
