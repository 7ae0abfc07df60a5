import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createImpactClient, type TrackingLink } from "../../src/index.ts";
import { account, baseUrl, LINK_URL } from "../support/client.ts";
import { type Answer, ask, json } from "../support/responses.ts";

test.each<[string, Answer, string]>([
  ["a 200", json(200, { TrackingURL: LINK_URL }), LINK_URL],
  ["a 201", json(201, { TrackingURL: LINK_URL }), LINK_URL],
  [
    "JSON declared as HTML",
    json(200, { TrackingURL: LINK_URL }, { "Content-Type": "text/html" }),
    LINK_URL,
  ],
  ["Status OK", json(200, { Status: "OK", TrackingURL: LINK_URL }), LINK_URL],
  ["a byte order mark", { body: `\uFEFF{"TrackingURL":"${LINK_URL}"}` }, LINK_URL],
  ["spaces around the link", json(200, { TrackingURL: ` ${LINK_URL}\n` }), LINK_URL],
  [
    "a link in UTF-8",
    json(200, { TrackingURL: "https://example.sjv.io/Größe/日本" }),
    "https://example.sjv.io/Größe/日本",
  ],
  [
    "a link without a scheme",
    json(200, { TrackingURL: "example.sjv.io/SummerSale" }),
    "https://example.sjv.io/SummerSale",
  ],
  [
    "a link that begins with its host",
    json(200, { TrackingURL: "//example.sjv.io/SummerSale" }),
    "https://example.sjv.io/SummerSale",
  ],
  [
    "gzip",
    (_, response) => {
      const body = gzipSync(JSON.stringify({ TrackingURL: LINK_URL }));
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(body);
    },
    LINK_URL,
  ],
  [
    "one byte at a time",
    async (_, response) => {
      response.writeHead(200);
      for (const byte of Buffer.from('{"TrackingURL":"https://example.sjv.io/ü"}')) {
        response.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    },
    "https://example.sjv.io/ü",
  ],
])("reads the link from %s", async (_, answer, url) => {
  const { result } = await ask(answer);

  expect((result as TrackingLink).url).toBe(url);
});

test("reads the link through a fetch whose bodies are Node streams", async () => {
  const answer = {
    ok: true,
    status: 200,
    headers: new Headers(),
    body: Readable.from([]),
    text: () => Promise.resolve(JSON.stringify({ TrackingURL: LINK_URL })),
  };
  const fetch = () => Promise.resolve(answer as unknown as Response);
  const impact = createImpactClient({ ...account, fetch });

  expect((await impact.trackingLinks.create({ programId: "1000" })).url).toBe(LINK_URL);
});

test.each(["NO_ERROR", "ERRORLESS", "OK"])("reads a link beside the Status %s", async (Status) => {
  const fetch = (): Promise<Response> =>
    Promise.resolve(Response.json({ Status, TrackingURL: "https://example.sjv.io/x" }));
  const impact = createImpactClient({ ...account, baseUrl, fetch });
  expect((await impact.trackingLinks.create({ programId: "1" })).url).toBe(
    "https://example.sjv.io/x",
  );
});
