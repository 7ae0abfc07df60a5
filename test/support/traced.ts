import { NOW } from "./time.ts";

export type Serve = (count: number, signal: AbortSignal) => Response | Promise<Response>;

/** A server that is a function, and the times at which it was asked for what. */
export function traced(serve: Serve): { fetch: typeof globalThis.fetch; trace: string[] } {
  const trace: string[] = [];
  const fetch = (url: unknown, init?: RequestInit): Promise<Response> => {
    const target = String(url).split("/").at(-1);
    trace.push(`${Date.now() - NOW} ${init?.method} ${target}`);
    return Promise.resolve(serve(trace.length, init?.signal as AbortSignal));
  };
  return { fetch, trace };
}

export const answer = (status: number, headers: Record<string, string> = {}, body = "{}") => {
  return (): Response => new Response(body, { status, headers });
};

export const stall = (): Promise<Response> => new Promise(() => {});
