import { expect, test } from "vitest";
import {
  failureOf,
  json,
  NO_JSON,
  NO_LINK,
  type Refusal,
  unexpected,
} from "../support/responses.ts";
import { LINK_URL, LINK_BODY } from "../support/client.ts";

const WITHOUT_LINK: Refusal[] = [
  { name: "200 with nothing", answer: { body: "" }, summary: unexpected(200, NO_JSON) },
  {
    name: "200 with Content-Length: 0",
    answer: { headers: { "Content-Length": "0" } },
    summary: unexpected(200, NO_JSON),
  },
  {
    name: "200 with half a JSON",
    answer: { body: '{"TrackingURL":"https://example.sjv.io/c/1' },
    summary: unexpected(200, NO_JSON, '{"TrackingURL":"https://example.sjv.io/c/1'),
  },
  {
    name: "200 with a bare link as text",
    answer: { headers: { "Content-Type": "text/plain" }, body: LINK_URL },
    summary: unexpected(200, NO_JSON, LINK_URL),
  },
  {
    name: "200 with the JSON null",
    answer: { body: "null" },
    summary: unexpected(200, "JSON that is not an object"),
  },
  {
    name: "200 with a JSON array",
    answer: { body: `[${LINK_BODY}]` },
    summary: unexpected(200, "JSON that is not an object"),
  },
  {
    name: "200 with a JSON number",
    answer: { body: "7" },
    summary: unexpected(200, "JSON that is not an object"),
  },
  {
    name: "200 with a JSON string",
    answer: { body: JSON.stringify(LINK_URL) },
    summary: unexpected(200, "JSON that is not an object", LINK_URL),
  },
  {
    name: "200 with an empty object",
    answer: { body: "{}" },
    summary: unexpected(200, "no TrackingURL"),
  },
  {
    name: "200 with the link under another name",
    answer: { body: JSON.stringify({ TrackingUrl: LINK_URL }) },
    summary: unexpected(200, "no TrackingURL"),
  },
  {
    name: "200 with Status ERROR and a link",
    answer: json(200, {
      Status: "ERROR",
      Message: "Deep linking is off.",
      Errors: [{ Field: "DeepLink", Message: "Not allowed." }],
      TrackingURL: LINK_URL,
    }),
    summary: {
      ...unexpected(200, "Status ERROR", "Deep linking is off."),
      fields: [{ field: "DeepLink", message: "Not allowed." }],
    },
  },
  ...[
    null,
    "",
    " ",
    7,
    {},
    [LINK_URL],
    "oops",
    "error.message",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.sjv.io/c/1/2/3",
    "https://",
    "https:///c/1/2/3",
    "https:/example.sjv.io/c/1/2/3",
    "/c/1/2/3",
    "https://example.sjv.io/c/1 /2/3",
    "https://example.sjv.io/c/1\n/2/3",
    "example.sjv.io/Summer Sale",
    "No ad found. See example.com/help",
  ].map((given) => ({
    name: `200 with the TrackingURL ${JSON.stringify(given)}`,
    answer: json(200, { TrackingURL: given }),
    summary: unexpected(200, NO_LINK),
  })),
  {
    name: "201 without a link",
    answer: json(201, { Id: "1" }),
    summary: unexpected(201, "no TrackingURL"),
  },
  {
    name: "202 with a promise",
    answer: json(202, { Status: "QUEUED", Message: "Come back later." }),
    summary: unexpected(202, "no TrackingURL", "Come back later."),
  },
  { name: "204", answer: { status: 204 }, summary: unexpected(204, NO_JSON) },
];

test.each(WITHOUT_LINK)(
  "rejects a 2xx without a link as unexpected_response: $name",
  async ({ answer, summary }) => {
    expect((await failureOf(answer)).summary).toEqual(summary);
  },
);

test("reports an unknown outcome if the body of a 200 breaks off", async () => {
  const { error } = await failureOf((_, response) => {
    response.writeHead(200, { "Content-Length": "100" }).write('{"TrackingURL":"https://');
    setTimeout(() => response.destroy(), 20);
  });

  expect(error).toMatchObject({ code: "connection", outcome: "unknown", status: 200 });
  expect(error.message).toContain(" got no complete response: ");
});
