import type { Settings } from "../options.ts";
import type { QuotaView } from "../quota.ts";
import { withEvents } from "./events.ts";
import type { Send } from "./request.ts";
import { withRetry } from "./retry.ts";
import { withTimeout } from "./timeout.ts";
import { createTransport } from "./transport.ts";

/**
 * The way of every request, from the outside in: the retry decides whether there is another attempt, events tell of each
 * attempt, and each attempt has a deadline of its own.
 */
export function createSend(settings: Settings, quota: QuotaView): Send {
  const transport = createTransport(settings, quota);
  return withRetry(withEvents(withTimeout(transport, settings), settings, quota), settings);
}
