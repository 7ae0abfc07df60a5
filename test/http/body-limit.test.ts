import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, rejection, LINK_URL } from "../support/client.ts";
import {
  type Answer,
  failureOf,
  json,
  NO_LINK,
  rejected,
  unexpected,
} from "../support/responses.ts";
import { serve } from "../support/server.ts";

const MIB = 1_048_576;

test.each<[string, Answer]>([
  ["declared", { status: 400, headers: { "Content-Length": String(MIB) }, body: "x".repeat(MIB) }],
  ["in chunks", { status: 400, body: "x".repeat(MIB) }],
  [
    "in chunks without an end",
    (_, response) => {
      response.writeHead(400).write("x".repeat(MIB));
    },
  ],
  [
    "in gzip",
    (_, response) => {
      const body = gzipSync("x".repeat(20 * MIB));
      response
        .writeHead(400, { "Content-Encoding": "gzip", "Content-Length": String(body.length) })
        .end(body);
    },
  ],
])("reads no more than 64 KiB of a refusal: %s", async (_, answer) => {
  const { error, summary } = await failureOf(answer);

  expect(error.body).toBe("x".repeat(65_536));
  expect(summary).toEqual(rejected("invalid_request", 400, "x".repeat(500)));
});

test("takes no link from a body of more than 64 KiB", async () => {
  const url = LINK_URL;
  const { error, summary } = await failureOf(
    json(200, { TrackingURL: url, Pad: "x".repeat(65_536) }),
  );

  const text = `{"TrackingURL":"${url}","Pad":"${"x".repeat(65_536)}`;
  expect(error.body).toBe(text.slice(0, 65_536));
  expect(summary).toEqual(unexpected(200, "a body of 64 KiB or more", text.slice(0, 500)));
});

test("takes no link from bytes that are not UTF-8", async () => {
  const { error, summary } = await failureOf((_, response) => {
    response.end(Buffer.from('{"TrackingURL":"https://example.sjv.io/caf\xe9"}', "latin1"));
  });

  expect(error.body).toEqual({ TrackingURL: "https://example.sjv.io/caf\ufffd" });
  expect(summary).toEqual(unexpected(200, NO_LINK));
});

test("reads an endless body up to 64 KiB", async () => {
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(500);
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
    };
    response.on("drain", more);
    more();
  });
  const impact = createImpactClient({ ...account, baseUrl, maxRetries: 0 });

  const error = await rejection(impact.trackingLinks.create({ programId: "1" }));

  expect(error).toMatchObject({
    code: "server_error",
    body: "x".repeat(65_536),
    reason: "x".repeat(500),
  });
});

test("no link is read from more than 64 KiB of bytes, in whatever pieces they come", async () => {
  const url = "https://example.sjv.io/c/1/2/3";
  const bytes = new TextEncoder().encode(
    JSON.stringify({ TrackingURL: url, Pad: "密".repeat(30_000) }),
  );
  for (const size of [bytes.length, 16_384]) {
    const { error } = await failureOf((_, response) => {
      for (let start = 0; start < bytes.length; start += size) {
        response.write(bytes.subarray(start, start + size));
      }
      response.end();
    });
    expect(error.message).toMatch(/ answered 200 with a body of 64 KiB or more$/);
  }
});
