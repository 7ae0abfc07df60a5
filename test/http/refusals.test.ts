import { expect, onTestFinished, test, vi } from "vitest";
import type { ImpactError } from "../../src/index.ts";
import { account, basic } from "../support/client.ts";
import {
  type Answer,
  failureOf,
  json,
  NO_JSON,
  type Refusal,
  rejected,
  type Summary,
  unexpected,
} from "../support/responses.ts";

function xml(status: number, inside: string, root = "<ImpactRadiusResponse>"): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n${inside}\n</ImpactRadiusResponse>`;
  return { status, headers: { "Content-Type": "application/xml" }, body };
}

function page(status: number, body: string): Answer {
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

/** Of a refusal whose words did not all come, none is known. */
function cut(code: ImpactError["code"], status: number): Summary {
  return { ...rejected(code, status), message: `answered ${status}, but its body was lost` };
}

function failed(status: number, reason?: string): Summary {
  return { ...rejected("server_error", status, reason), outcome: "unknown" };
}

const ENVELOPES: Refusal[] = [
  {
    name: "400 with a Message and the Errors of two fields",
    answer: json(400, {
      Status: "ERROR",
      Message: "Validation failed.",
      Errors: [
        { Field: "DeepLink", Message: "Invalid landing page URL." },
        { Field: "AdId", Message: "Not a number." },
      ],
    }),
    summary: {
      ...rejected("invalid_request", 400, "Validation failed."),
      fields: [
        { field: "DeepLink", message: "Invalid landing page URL." },
        { field: "AdId", message: "Not a number." },
      ],
    },
  },
  {
    name: "400 with a Message and no Errors",
    answer: json(400, { Status: "ERROR", Message: "  ProgramId is missing.\n" }),
    summary: rejected("invalid_request", 400, "ProgramId is missing."),
  },
  {
    name: "400 with an empty Message and Errors",
    answer: json(400, {
      Status: "ERROR",
      Message: "",
      Errors: [{ Field: "CustomPath", Message: "Already in use." }],
    }),
    summary: {
      ...rejected("invalid_request", 400, "Already in use."),
      fields: [{ field: "CustomPath", message: "Already in use." }],
    },
  },
  {
    name: "400 with Errors of half known shape",
    answer: json(400, {
      Message: "Validation failed.",
      Errors: [null, { Field: "AdId" }, { Message: "Wrong." }, {}, { Field: 7 }],
    }),
    summary: {
      ...rejected("invalid_request", 400, "Validation failed."),
      fields: [
        { field: "AdId", message: "" },
        { field: "", message: "Wrong." },
      ],
    },
  },
  {
    name: "400 with Errors that are null and a Message that is a number",
    answer: json(400, { Status: "ERROR", Message: 42, Errors: null }),
    summary: rejected("invalid_request", 400),
  },
  {
    name: "400 with an empty list of Errors",
    answer: json(400, { Status: "ERROR", Message: "No.", Errors: [] }),
    summary: rejected("invalid_request", 400, "No."),
  },
  {
    name: "400 with the words in UTF-8",
    answer: json(400, { Status: "ERROR", Message: "Ungültig: „日本“ 🚫" }),
    summary: rejected("invalid_request", 400, "Ungültig: „日本“ 🚫"),
  },
  {
    name: "400 with a byte order mark before its JSON",
    answer: { status: 400, body: '\uFEFF{"Status":"ERROR","Message":"No."}' },
    summary: rejected("invalid_request", 400, "No."),
  },
  {
    name: "400 with JSON declared as HTML",
    answer: json(400, { Message: "No." }, { "Content-Type": "text/html" }),
    summary: rejected("invalid_request", 400, "No."),
  },
  {
    name: "400 with half a JSON",
    answer: { status: 400, body: '{"Status":"ERROR","Mess' },
    summary: rejected("invalid_request", 400, '{"Status":"ERROR","Mess'),
  },
  {
    name: "400 with the JSON null",
    answer: { status: 400, body: "null" },
    summary: rejected("invalid_request", 400),
  },
  {
    name: "400 with an empty JSON array",
    answer: { status: 400, body: "[]" },
    summary: rejected("invalid_request", 400),
  },
  {
    name: "400 with a JSON string",
    answer: { status: 400, body: '"No  such\\nad."' },
    summary: rejected("invalid_request", 400, "No such ad."),
  },
  {
    name: "400 with a problem's title and detail",
    answer: json(
      400,
      { type: "about:blank", title: "Bad Request", status: 400, detail: "AdId is no number." },
      { "Content-Type": "application/problem+json" },
    ),
    summary: rejected("invalid_request", 400, "Bad Request: AdId is no number."),
  },
  {
    name: "400 with plain text",
    answer: { status: 400, headers: { "Content-Type": "text/plain" }, body: "Bad\r\n  Request\n" },
    summary: rejected("invalid_request", 400, "Bad Request"),
  },
  {
    name: "400 whose body breaks off",
    answer: (_, response) => {
      response.writeHead(400, { "Content-Length": "100" }).write('{"Message":"No');
      setTimeout(() => response.destroy(), 20);
    },
    summary: cut("invalid_request", 400),
  },
  {
    name: "400 whose body is not the gzip that it is said to be",
    answer: { status: 400, headers: { "Content-Encoding": "gzip" }, body: '{"Message":"No."}' },
    summary: cut("invalid_request", 400),
  },
];

const IN_XML: Refusal[] = [
  {
    name: "400 in XML",
    answer: xml(400, "<Status>ERROR</Status><Message>Validation failed.</Message>"),
    summary: rejected("invalid_request", 400, "Validation failed."),
  },
  {
    name: "400 in XML with attributes, entities, CDATA and Errors",
    answer: xml(
      400,
      `<Status>ERROR</Status>
       <Errors count="2">
         <Error code="1"><Field>Deep&#76;ink</Field><Message>&lt;u&gt; &amp;amp; &quot;x&quot; &#x1F6AB;</Message></Error>
         <Error><Field/><Message><![CDATA[a < b && c]]></Message></Error>
       </Errors>
       <Message lang="en">
         Can&apos;t be made.
       </Message>`,
      '<ImpactRadiusResponse xmlns="urn:impact" version="14">',
    ),
    summary: {
      ...rejected("invalid_request", 400, "Can't be made."),
      fields: [
        { field: "DeepLink", message: '<u> &amp; "x" 🚫' },
        { field: "", message: "a < b && c" },
      ],
    },
  },
  {
    name: "401 in XML",
    answer: xml(401, "<Status>ERROR</Status><Message>Authentication failed.</Message>"),
    summary: rejected("unauthorized", 401, "Authentication failed."),
  },
  {
    name: "403 in XML",
    answer: xml(403, "<Message>The limit of 5000 vanity links is reached.</Message>"),
    summary: rejected("vanity_limit_reached", 403, "The limit of 5000 vanity links is reached."),
  },
  {
    name: "500 in XML that breaks off",
    answer: { status: 500, body: "<ImpactRadiusResponse><Status>ERROR</Status><Message>Oo" },
    summary: failed(500),
  },
  {
    name: "200 in XML",
    answer: xml(200, "<Status>ERROR</Status><Message>Something is wrong.</Message>"),
    summary: unexpected(200, NO_JSON, "Something is wrong."),
  },
];

const PAGES: Refusal[] = [
  {
    name: "502 with the page of nginx",
    answer: page(
      502,
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
    ),
    summary: failed(502, "502 Bad Gateway"),
  },
  {
    name: "403 with the page of Akamai",
    answer: page(
      403,
      "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\nYou don't have permission.\n</BODY>\n</HTML>\n",
    ),
    summary: rejected("forbidden", 403, "Access Denied"),
  },
  {
    name: "403 with the page of a firewall, its title over two lines",
    answer: page(
      403,
      '<!DOCTYPE html>\n<html><head><title data-x="1">\n  Attention Required!\n  | Cloudflare &amp; Co\n</title></head><body>vanity limit</body></html>',
    ),
    summary: rejected("forbidden", 403, "Attention Required! | Cloudflare & Co"),
  },
  {
    name: "200 with the page of a captive portal",
    answer: page(200, "<!doctype html><title>Welcome to the hotel</title><a href=/>Log in</a>"),
    summary: unexpected(200, NO_JSON, "Welcome to the hotel"),
  },
];

const STATUSES: Refusal[] = [
  {
    name: "401 with nothing",
    answer: { status: 401, headers: { "WWW-Authenticate": 'Basic realm="impact"' } },
    summary: rejected("unauthorized", 401),
  },
  {
    name: "402",
    answer: json(402, { Status: "ERROR", Message: "The request failed." }),
    summary: rejected("invalid_request", 402, "The request failed."),
  },
  {
    name: "404",
    answer: json(404, { Status: "ERROR", Message: "Program 1000 was not found." }),
    summary: rejected("not_found", 404, "Program 1000 was not found."),
  },
  {
    name: "404 with the page of a wrong address",
    answer: page(404, "<html><head><title>Not Found</title></head></html>"),
    summary: rejected("not_found", 404, "Not Found"),
  },
  ...[405, 408, 409, 410, 413, 418, 422, 499].map((status) => ({
    name: `${status}`,
    answer: json(status, { Status: "ERROR", Message: "No." }),
    summary: rejected("invalid_request", status, "No."),
  })),
  ...[500, 501, 503, 504, 520, 599].map((status) => ({
    name: `${status}`,
    answer: json(status, { Status: "ERROR", Message: "An error occurred." }),
    summary: failed(status, "An error occurred."),
  })),
  { name: "500 with nothing", answer: { status: 500 }, summary: failed(500) },
  {
    name: "502 with Content-Length: 0",
    answer: { status: 502, headers: { "Content-Length": "0" } },
    summary: failed(502),
  },
  {
    name: "503 with text and a time to wait",
    answer: { status: 503, headers: { "Retry-After": "2" }, body: "upstream connect error" },
    summary: { ...failed(503, "upstream connect error"), retryAfter: 2000 },
  },
  {
    name: "500 in the form of a 403, its message empty",
    answer: json(500, { timestamp: 1, status: 500, error: "Internal Server Error", message: "" }),
    summary: failed(500, "Internal Server Error"),
  },
];

function forbidden(code: ImpactError["code"], message: string): Refusal {
  const body = {
    timestamp: "2024-01-01T00:00:00Z",
    status: "FORBIDDEN",
    error: "Forbidden",
    message,
  };
  return {
    name: `403 that says ${JSON.stringify(message)}`,
    answer: json(403, body),
    summary: rejected(code, 403, message),
  };
}

const FORBIDDEN: Refusal[] = [
  forbidden("vanity_limit_reached", "The maximum of 5,000 vanity links has been reached"),
  forbidden("vanity_limit_reached", "Vanity link limit exceeded"),
  forbidden("vanity_limit_reached", "You cannot have more than 5000 vanity links."),
  forbidden("vanity_limit_reached", "LIMIT REACHED: VANITY"),
  forbidden("unknown_reference", "MediaPartnerPropertyId 88 does not exist"),
  forbidden("unknown_reference", "Property with id '88' doesn't exist for this account."),
  forbidden("unknown_reference", "The referenced resource was not found."),
  forbidden("forbidden", "The token's scopes do not include TrackingLinks."),
  forbidden("forbidden", "Scoped token is disabled."),
  forbidden("forbidden", "Access Denied"),
  forbidden("forbidden", "Rate limit of this token exceeded"),
  forbidden("forbidden", "Vanity links are not enabled for this account."),
  {
    name: "403 with the title of a problem",
    answer: json(403, { title: "Access Denied" }),
    summary: rejected("forbidden", 403, "Access Denied"),
  },
  {
    name: "403 with no message beside its error",
    answer: json(403, { timestamp: 1, status: "FORBIDDEN", error: "Forbidden" }),
    summary: rejected("forbidden", 403, "Forbidden"),
  },
  { name: "403 with nothing", answer: { status: 403 }, summary: rejected("forbidden", 403) },
  { name: "403 with {}", answer: json(403, {}), summary: rejected("forbidden", 403) },
];

const RATE_LIMITED = json(429, { Status: "ERROR", Message: "Rate limit exceeded." });

function limited(name: string, headers: Record<string, string>, retryAfter?: number): Refusal {
  const summary = rejected("rate_limited", 429, "Rate limit exceeded.");
  return {
    name: `429 with ${name}`,
    answer: { ...RATE_LIMITED, headers },
    summary: { ...summary, ...(retryAfter !== undefined && { retryAfter }) },
  };
}

const LIMITED: Refusal[] = [
  limited("Retry-After", { "Retry-After": "700" }, 700_000),
  limited("Retry-After and another reset", { "Retry-After": "5", "RateLimit-Reset": "700" }, 5000),
  limited("RateLimit-Reset", { "RateLimit-Reset": "700", "X-RateLimit-Limit-hour": "9" }, 700_000),
  limited("X-RateLimit-Reset", { "X-RateLimit-Reset": "30" }, 30_000),
  limited("a Retry-After that means nothing", { "Retry-After": "soon" }),
  limited("Retry-After: 0", { "Retry-After": "0" }),
  limited("no hint", {}),
];

test.each([...ENVELOPES, ...IN_XML, ...PAGES, ...STATUSES, ...FORBIDDEN, ...LIMITED])(
  "rejects with the code, the outcome and the server's words: $name",
  async ({ answer, summary }) => {
    expect((await failureOf(answer)).summary).toEqual(summary);
  },
);

test.each([
  ["Retry-After as a date", { "Retry-After": "Thu, 01 Jan 2026 00:01:30 GMT" }, 90_000],
  ["a reset as an epoch", { "X-RateLimit-Reset": "1767225720" }, 120_000],
  ["a reset in the past", { "X-RateLimit-Reset": "1487332519" }, undefined],
] as const)("reads retryAfter as milliseconds from now: %s", async (_, headers, retryAfter) => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 1) });
  onTestFinished(() => void vi.useRealTimers());

  const { error } = await failureOf({ status: 429, headers });

  expect(error.retryAfter).toBe(retryAfter);
});

test.each<[string, Answer, Partial<ImpactError>]>([
  [
    "the documented 403 in XML",
    xml(
      403,
      "<status>FORBIDDEN</status><message>MediaPartnerPropertyId 88 does not exist.</message>",
    ),
    {
      code: "unknown_reference",
      reason: "MediaPartnerPropertyId 88 does not exist.",
      body: { status: "FORBIDDEN", message: "MediaPartnerPropertyId 88 does not exist." },
    },
  ],
  [
    "words of many lines, with terminal escapes",
    json(400, { Message: `No.\n\u001b[31m${"x".repeat(600)}` }),
    { code: "invalid_request", reason: `No. [31m${"x".repeat(491)}` },
  ],
  [
    "a proxy's page without a title",
    { status: 503, body: "<html><body><h1>503 Service Unavailable</h1>\nNo server.</body></html>" },
    { code: "server_error", reason: "503 Service Unavailable" },
  ],
  ["an error as an object", json(400, { error: { message: "No." } }), { reason: "No." }],
  [
    "errors in lower case",
    json(400, { errors: [{ field: "AdId", message: "No." }] }),
    { reason: "No.", fields: [{ field: "AdId", message: "No." }] },
  ],
  ["errors as texts", json(400, { Errors: ["No."] }), { fields: [{ field: "", message: "No." }] }],
  [
    "Status Error beside a link in a 200",
    json(200, { Status: "Error", Message: "No.", TrackingURL: "https://example.sjv.io/x" }),
    { code: "unexpected_response", outcome: "unknown", reason: "No." },
  ],
  [
    "a vanity path that is too long",
    json(403, { message: "Vanity path exceeds 50 characters" }),
    { code: "forbidden" },
  ],
  [
    "vanity links that are asked for too often",
    json(403, { message: "Vanity link creation rate limit exceeded" }),
    { code: "forbidden" },
  ],
  [
    "a token without the scope",
    json(403, { message: "Scope for this program's resource not found on token" }),
    { code: "forbidden" },
  ],
  [
    "a link with credentials",
    json(200, { TrackingURL: "https://user:pw@example.sjv.io/x" }),
    { code: "unexpected_response" },
  ],
  ["an address as a link", json(200, { TrackingURL: "1.2/3" }), { code: "unexpected_response" }],
])("reads the error from %s", async (_, answer, expected) => {
  const { error } = await failureOf(answer);
  expect(error).toMatchObject(expected);
});

test("keeps the headers without cookies and the body as it was sent", async () => {
  const body = { Status: "ERROR", Message: "No.", Extra: { deep: [1, null, "ü"] } };
  const headers = { "X-Request-Id": "r1", "Set-Cookie": "session=1", "Retry-After": "7" };
  const { error } = await failureOf(json(400, body, headers));

  expect(error.body).toEqual(body);
  expect(Object.fromEntries(error.headers ?? [])).toEqual({
    "content-type": "application/json",
    "x-request-id": "r1",
    "retry-after": "7",
    date: error.headers?.get("date"),
    connection: "keep-alive",
    "keep-alive": "timeout=5",
    "transfer-encoding": "chunked",
  });
  expect(error.retryAfter).toBe(7000);
});

test("keeps the XML of a refusal in the shape of its JSON", async () => {
  const { error } = await failureOf(
    xml(
      400,
      "<Status>ERROR</Status><Message>No.</Message><Errors><Error><Field>AdId</Field><Message>Wrong.</Message></Error></Errors>",
    ),
  );

  expect(error.body).toEqual({
    Status: "ERROR",
    Message: "No.",
    Errors: [{ Field: "AdId", Message: "Wrong." }],
  });
});

test("has no body if the response has no body", async () => {
  const { error } = await failureOf({ status: 500 });

  expect(Object.hasOwn(error, "body")).toBe(false);
});

test("redacts the token that a refusal echoes", async () => {
  const { error, summary } = await failureOf(
    json(401, { Message: `No: ${basic()}`, Given: account.authToken }, { "X-Echo": basic() }),
  );

  expect(summary).toEqual(rejected("unauthorized", 401, "No: Basic [redacted]"));
  expect(error.body).toEqual({ Message: "No: Basic [redacted]", Given: "[redacted]" });
  expect(error.headers?.get("x-echo")).toBe("Basic [redacted]");
});
