import {
  createImpactClient,
  type ImpactClient,
  type ImpactEvent,
  type QuotaWaitEvent,
} from "../../src/index.ts";
import { account, baseUrl, LINK_BODY } from "./client.ts";
import { NOW } from "./time.ts";

/** An event of one call. */
export type CallEvent = Exclude<ImpactEvent, QuotaWaitEvent>;

export const quota = (remaining: number, reset = "700"): Record<string, string> => ({
  "X-RateLimit-Limit-hour": "1000",
  "X-RateLimit-Remaining-hour": String(remaining),
  "RateLimit-Reset": reset,
});

export const after = (ms: number, response: () => Response): Promise<Response> =>
  new Promise((resolve) => setTimeout(() => resolve(response()), ms));

export const good = (headers: Record<string, string> = {}): Response =>
  new Response(LINK_BODY, { headers });

export type Serve = (count: number) => Response | Promise<Response>;

export function recordEvents(
  serve: Serve,
  options: object = {},
): { impact: ImpactClient; events: CallEvent[] } {
  const events: CallEvent[] = [];
  let count = 0;
  const fetch = async (): Promise<Response> => serve(++count);
  const onEvent = (event: ImpactEvent): void => void events.push(event as CallEvent);
  return {
    impact: createImpactClient({ ...account, baseUrl, fetch, onEvent, ...options }),
    events,
  };
}

export const line = ({ type, attempt, time }: CallEvent): string =>
  `${time - NOW} ${type} ${attempt}`;
