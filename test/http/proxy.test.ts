import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fetch as undiciFetch, ProxyAgent } from "undici";
import { createImpactClient } from "../../src/index.ts";
import { account, errorOf } from "../support/client.ts";

test.each([407, 403, 502])(
  "a request whose tunnel a proxy refuses with %i was not sent",
  async (status) => {
    let tunnels = 0;
    const proxy = createServer().listen(0, "127.0.0.1");
    proxy.on("connect", (_, socket) => {
      tunnels++;
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    });
    await once(proxy, "listening");
    onTestFinished(() => void proxy.close());
    const agent = new ProxyAgent(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    onTestFinished(() => agent.destroy());
    const fetch = ((url: string, init: RequestInit) =>
      undiciFetch(url, {
        ...(init as object),
        dispatcher: agent,
      })) as unknown as typeof globalThis.fetch;

    const impact = createImpactClient({ ...account, fetch, maxRetryDelay: 0 });
    const error = await errorOf(impact.trackingLinks.create({ programId: "1", customPath: "a" }));

    expect(error).toMatchObject({ code: "connection", outcome: "not_sent", attempts: 3 });
    expect(error.message).toContain(`Proxy response (${status})`);
    expect(tunnels).toBe(3);
  },
);
