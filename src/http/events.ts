import { isImpactError } from "../errors.ts";
import { eventBase, type ResponseEvent } from "../events.ts";
import type { Settings } from "../options.ts";
import type { QuotaView } from "../quota.ts";
import type { Send } from "./request.ts";

/** Emits an event before and after each attempt. */
export function withEvents(next: Send, { emit }: Settings, quota: QuotaView): Send {
  if (emit === undefined) return next;
  return async (request, attempt) => {
    if (request.signal?.aborted) return next(request, attempt);
    emit({ type: "request", ...eventBase(request, attempt) });
    const start = performance.now();
    const end = (details: Partial<ResponseEvent>): void =>
      emit({
        type: "response",
        ...eventBase(request, attempt),
        duration: performance.now() - start,
        ...(quota.current && { quota: quota.current }),
        ...details,
      });
    try {
      const result = await next(request, attempt);
      end({ status: result.status });
      return result;
    } catch (error) {
      if (!isImpactError(error) || request.signal?.aborted) end({ aborted: true });
      else end({ ...(error.status !== undefined && { status: error.status }), error });
      throw error;
    }
  };
}
