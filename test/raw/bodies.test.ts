import { expect, test } from "vitest";
import {
  createImpactClient,
  type ImpactClient,
  type ImpactClientOptions,
} from "../../src/index.ts";
import { account } from "../support/client.ts";
import type { FormPaths } from "../support/forms.ts";
import { serve, type RecordingServer } from "../support/server.ts";

const FORM = "application/x-www-form-urlencoded";

function rawOf(baseUrl: string, options?: ImpactClientOptions): ImpactClient<FormPaths>["raw"] {
  return createImpactClient<FormPaths>({ ...account, baseUrl, maxRetries: 0, ...options }).raw;
}

/** The Content-Type and the body of each request. */
function sent({ requests }: RecordingServer): [string | undefined, string][] {
  return requests.map(({ headers, body }) => [headers["content-type"], body]);
}

/** The body of a form with one file, as fetch writes it under a boundary. */
function multipart(contentType: string | undefined): string {
  const [, boundary] = /^multipart\/form-data; boundary=(\S+)$/.exec(contentType ?? "") ?? [];
  return [
    `--${boundary}`,
    'Content-Disposition: form-data; name="File"; filename="items.csv"',
    "Content-Type: text/csv",
    "",
    "sku,price\nbööts,9",
    `--${boundary}--`,
    "",
  ].join("\r\n");
}

function upload(): FormData {
  const form = new FormData();
  form.set("File", new Blob(["sku,price\nbööts,9"], { type: "text/csv" }), "items.csv");
  return form;
}

test("sends a URLSearchParams as a form, without a header by hand", async () => {
  const server = await serve({ body: '{"Status":"QUEUED"}' });
  const body = new URLSearchParams({ CampaignId: "1000", ClickId: "a&b ü" });

  const { data } = await rawOf(server.baseUrl).POST("/Form", { body });

  expect(data).toEqual({ Status: "QUEUED" });
  expect(server.requests[0]).toMatchObject({
    method: "POST",
    target: "/Form",
    headers: {
      "content-type": `${FORM};charset=UTF-8`,
      "content-length": "36",
      accept: "application/json",
    },
    body: "CampaignId=1000&ClickId=a%26b+%C3%BC",
  });
});

test("sends a FormData as multipart/form-data with its boundary, whatever Content-Type the call says", async () => {
  const server = await serve({ status: 204 });
  const raw = rawOf(server.baseUrl);

  await raw.POST("/File", { body: upload() });
  await raw.POST("/File", {
    body: upload(),
    headers: { "Content-Type": "multipart/form-data" },
  });
  await raw.POST("/File", {
    body: upload(),
    headers: new Headers({ "content-type": "multipart/form-data" }),
  });

  expect(sent(server)).toHaveLength(3);
  for (const [type, body] of sent(server)) expect(body).toBe(multipart(type));
});

test("sends a Blob with its own type, and bytes or text with the Content-Type of the call", async () => {
  const server = await serve({ status: 204 });
  const raw = rawOf(server.baseUrl);
  const text = "sku,price\nbööts,9";
  const bytes = new TextEncoder().encode(text);
  const headers = { "Content-Type": "text/csv" } as const;

  await raw.PUT("/File", { body: new Blob([text], { type: "text/csv" }) });
  await raw.PUT("/File", { body: new Blob([text], { type: "text/plain" }), headers });
  await raw.PUT("/File", { body: text, headers });
  await raw.PUT("/File", { body: bytes, headers });
  await raw.PUT("/File", { body: bytes.buffer, headers });

  expect(sent(server)).toEqual(Array.from({ length: 5 }, () => ["text/csv", text]));
});

test.each([
  ["a Blob without a type", new Blob(["a,b"])],
  ["bytes", new Uint8Array(1)],
])("refuses %s if the call has no Content-Type, and sends nothing", async (_, body) => {
  const server = await serve({ status: 204 });

  await expect(rawOf(server.baseUrl).PUT("/File", { body: body as Blob })).rejects.toMatchObject({
    name: "ImpactError",
    code: "invalid_input",
    outcome: "not_sent",
    message: "Expected a Content-Type in `headers` for a body that does not say its own, got none",
  });
  expect(server.requests).toEqual([]);
});

test("writes an object as a form if the call says that Content-Type: lists repeat, objects are JSON", async () => {
  const server = await serve({ body: "{}" });
  const raw = rawOf(server.baseUrl);

  await raw.POST("/Form", {
    body: {
      CampaignId: 1000,
      ClickId: null,
      Category: ["a", "b&c"],
      Item: { Sku: "x" },
    },
    headers: { "Content-Type": FORM, "X-Trace": "1" },
  });
  await raw.POST("/Form", {
    body: new URLSearchParams("CampaignId=1000"),
    headers: { "Content-Type": `${FORM}; charset=utf-8` },
  });
  await raw.request("post", "/Form", {
    body: { CampaignId: 1000, ClickId: undefined as never },
    headers: { "Content-Type": FORM },
  });

  expect(sent(server)).toEqual([
    [FORM, "CampaignId=1000&Category=a&Category=b%26c&Item=%7B%22Sku%22%3A%22x%22%7D"],
    [`${FORM}; charset=utf-8`, "CampaignId=1000"],
    [FORM, "CampaignId=1000"],
  ]);
  expect(server.requests[0]?.headers["x-trace"]).toBe("1");
});

test("writes JSON as before, and no Content-Type without a body", async () => {
  const server = await serve({ body: "{}" });
  const raw = rawOf(server.baseUrl);

  await raw.POST("/Json", { body: { Name: "ü" } });
  await raw.POST("/Json", { body: "text" });
  await raw.PATCH("/Json", {
    body: { Name: "x" },
    headers: { "Content-Type": "application/merge-patch+json" },
  });
  await raw.POST("/File");

  expect(sent(server)).toEqual([
    ["application/json", '{"Name":"ü"}'],
    ["application/json", '"text"'],
    ["application/merge-patch+json", '{"Name":"x"}'],
    [undefined, ""],
  ]);
});

test("leaves body and headers to a bodySerializer of the call", async () => {
  const server = await serve({ body: "{}" });
  const init = {
    body: new URLSearchParams("Name=x"),
    bodySerializer: (body: unknown) => `{"form":"${String(body)}"}`,
  };

  await rawOf(server.baseUrl).POST("/Json", init as never);

  expect(sent(server)).toEqual([["application/json", '{"form":"Name=x"}']]);
});

test("resends the same bytes and boundary after a 429, also behind a middleware", async () => {
  const server = await serve((_, response, count) => {
    if (count % 2 === 1) response.writeHead(429, { "Retry-After": "0.001" }).end();
    else response.writeHead(204).end();
  });
  const raw = rawOf(server.baseUrl, { maxRetries: 1 });
  await raw.POST("/Form", { body: new URLSearchParams("CampaignId=1") });
  raw.use({ onRequest: ({ request }) => new Request(request) });
  await raw.POST("/File", { body: upload() });

  const [form, again, file, fileAgain] = server.requests;
  expect(sent(server).slice(0, 1)).toEqual([[`${FORM};charset=UTF-8`, "CampaignId=1"]]);
  expect(again).toEqual(form);
  expect(file?.body).toBe(multipart(file?.headers["content-type"]));
  expect(fileAgain).toEqual(file);
});
