import type { Settings } from "../options.ts";
import type { QuotaView } from "../quota.ts";
import { withEvents } from "./events.ts";
import type { Send } from "./request.ts";
import { withRetry } from "./retry.ts";
import { withTimeout } from "./timeout.ts";
import { createTransport } from "./transport.ts";

/** The layers, outermost first: retry, then events for each attempt, then a deadline for each attempt. */
export function createSend(settings: Settings, quota: QuotaView): Send {
  const transport = createTransport(settings, quota);
  return withRetry(withEvents(withTimeout(transport, settings), settings, quota), settings);
}
