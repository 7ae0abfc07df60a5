import { getEventListeners, setMaxListeners } from "node:events";
import type { Socket } from "node:net";
import { beforeEach, expect, test, vi } from "vitest";
import { createImpactClient, isImpactError } from "../../src/index.ts";
import { account, LINK_BODY, rejection } from "../support/client.ts";
import { serve } from "../support/server.ts";
import {
  head,
  listen,
  onRequest,
  type Seen,
  type SocketServer,
  watchTimers,
} from "../support/sockets.ts";
import { times } from "../support/thorough.ts";

/** No other timer has this length. */
const TIMEOUT = 4321;

const SHORT = 151;

const plain = ({ port, seen }: SocketServer): { baseUrl: string; seen: Seen } => ({
  baseUrl: `http://127.0.0.1:${port}`,
  seen,
});

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});

const reason = { why: "the user left" };

test("an abort before the call sends nothing", async () => {
  const { baseUrl, seen } = plain(await listen(onRequest(() => {})));
  const impact = createImpactClient({ ...account, baseUrl });
  const signal = AbortSignal.abort(reason);

  await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toBe(reason);

  expect(seen).toEqual({ connections: 0, requests: 0, open: 0 });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test.each([
  ["before the answer", (): void => {}],
  ["within the body", (socket: Socket) => void socket.write(head("200 OK") + LINK_BODY[0])],
  [
    "within the words of a refusal",
    (socket: Socket) => void socket.write(head("403 Forbidden") + "{"),
  ],
])(
  "an abort %s ends the call with the signal's reason and frees the connection",
  async (_, answer) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { baseUrl, seen } = plain(
      await listen(
        onRequest((socket) => {
          answer(socket);
          setTimeout(() => controller.abort(reason), 30);
        }),
      ),
    );
    const pendingTimers = watchTimers(TIMEOUT);
    const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT });

    await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toBe(reason);

    expect(seen).toMatchObject({ connections: 1, requests: 1 });
    expect(pendingTimers()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await vi.waitFor(() => expect(seen.open).toBe(0));
  },
);

test("an abort without a reason rejects with an AbortError, as fetch does", async () => {
  const controller = new AbortController();
  const { baseUrl } = plain(await listen(onRequest(() => controller.abort())));
  const impact = createImpactClient({ ...account, baseUrl });
  const { signal } = controller;

  await expect(impact.trackingLinks.create({ programId: "1" }, { signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});

test("a timeout signal of the caller is not reported as the client's timeout", async () => {
  const { baseUrl } = plain(await listen(onRequest(() => {})));
  const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT });
  const signal = AbortSignal.timeout(50);

  const error = await rejection(impact.trackingLinks.create({ programId: "1" }, { signal }));

  expect(error).toBe(signal.reason);
  expect(isImpactError(error)).toBe(false);
});

test("an abort after the client's timeout changes nothing", async () => {
  const { baseUrl } = plain(await listen(onRequest(() => {})));
  const controller = new AbortController();
  const impact = createImpactClient({ ...account, baseUrl, timeout: SHORT, maxRetries: 0 });

  const error = await rejection(
    impact.trackingLinks.create({ programId: "1" }, { signal: controller.signal }),
  );
  controller.abort(reason);

  expect(error).toMatchObject({
    code: "timeout",
    outcome: "unknown",
    attempts: 1,
    message: `POST ${baseUrl}/Mediapartners/IRabc123/Programs/1/TrackingLinks got no complete response within ${SHORT} ms`,
  });
});

test("many calls on one signal leave no listener and no timer", async () => {
  const { baseUrl } = await serve((_, response, count) => {
    if (count % 3 === 0) response.destroy();
    else response.writeHead(count % 3 === 1 ? 200 : 500).end(LINK_BODY);
  });
  const pendingTimers = watchTimers(TIMEOUT);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const impact = createImpactClient({ ...account, baseUrl, timeout: TIMEOUT, maxRetries: 1 });

  for (let batch = 0; batch < times(4, 20); batch++) {
    const calls = Array.from({ length: 50 }, () =>
      impact.trackingLinks.create({ programId: "1" }, { signal }),
    );
    await Promise.allSettled(calls);
  }

  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(pendingTimers()).toBe(0);
});

test("many calls on one signal print no warning of a leak", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const fetch = (): Promise<Response> =>
    new Promise((resolve) => setTimeout(() => resolve(new Response(LINK_BODY)), 5));
  const impact = createImpactClient({ ...account, fetch });
  const { signal } = new AbortController();
  const calls = Array.from({ length: 20 }, () =>
    impact.trackingLinks.create({ programId: "1" }, { signal }),
  );
  await Promise.all(calls);
  process.off("warning", onWarning);
  expect(warnings.map(({ name }) => name)).toEqual([]);
});
