import { expect, test, vi } from "vitest";
import { createImpactClient } from "../../src/index.ts";
import { account, baseUrl, rejection } from "../support/client.ts";

test("cancels a body that ignores the signal at the timeout", async () => {
  let isCancelled = false;
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(new Uint8Array(0));
      },
      cancel() {
        isCancelled = true;
      },
    });
  const fetch = (): Promise<Response> => Promise.resolve(new Response(body()));
  const impact = createImpactClient({ ...account, baseUrl, fetch, timeout: 50, maxRetries: 0 });

  const error = await rejection(impact.trackingLinks.create({ programId: "1" }));

  expect(error).toMatchObject({ code: "timeout", outcome: "unknown" });
  await vi.waitFor(() => expect(isCancelled).toBe(true));
});
