import { badInput, expectKnown, show } from "../validate.ts";
import { LONGEST_TIMER, sleep } from "../sleep.ts";

/**
 * Faults of one request.
 *
 * - `status`: the server returns this status, with this `body` and these `headers`, and does nothing else. A string body is
 *   sent unchanged, any other value as JSON.
 * - `network`: no connection (`ECONNREFUSED`), or a lost connection (`ECONNRESET`). No link is created.
 * - `dropAfterCommit`: the link is created, and the connection is lost before the response.
 * - `delay`: milliseconds until the request is handled as usual.
 * - `stallBody`: the link is created. The response begins but never ends.
 * - `truncateBody`: the link is created. The response ends after half of its body.
 */
export type Fault =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { network: "ECONNREFUSED" | "ECONNRESET" }
  | { dropAfterCommit: true }
  | { delay: number }
  | { stallBody: true }
  | { truncateBody: true };

const isTrue = (value: unknown): boolean => value === true;
const isWithin = (least: number, value: unknown, most: number): boolean =>
  typeof value === "number" && value >= least && value <= most;

/** Valid values of each kind of fault, by its key. */
const KINDS: Readonly<Record<string, [expected: string, holds: (value: unknown) => boolean]>> = {
  status: [
    "a status from 200 to 599",
    (value) => isWithin(200, value, 599) && Number.isInteger(value),
  ],
  network: [
    '"ECONNREFUSED" or "ECONNRESET"',
    (value) => /^ECONNRE(FUSED|SET)$/.test(String(value)),
  ],
  delay: [`milliseconds from 0 to ${LONGEST_TIMER}`, (value) => isWithin(0, value, LONGEST_TIMER)],
  dropAfterCommit: ["true", isTrue],
  stallBody: ["true", isTrue],
  truncateBody: ["true", isTrue],
};

/** Refuses misspelt faults, which would let a test pass for the wrong reason. */
export function checkFault(fault: Fault): void {
  const kinds = Object.keys(KINDS);
  expectKnown("configuration", "fault", fault, [...kinds, "body", "headers"]);
  const [kind, ...others] = Object.keys(fault).filter((key) => kinds.includes(key));
  if (kind === undefined || others.length > 0) {
    const got = kind === undefined ? "none" : `\`${kind}\` and \`${others.join("` and `")}\``;
    throw badInput("configuration", "fault", "a fault of one kind", got);
  }
  const value: unknown = fault[kind as keyof Fault];
  const [expected, holds] = KINDS[kind] ?? ["", isTrue];
  if (!holds(value)) {
    throw badInput("configuration", kind, `\`${kind}\` to be ${expected}`, show(value));
  }
}

/** Answers a request without a fault. */
export type Handle = () => Response;

/** Handles one request with a fault. Rejects like Node's fetch, or with the signal's reason. */
export async function handleUnder(
  fault: Fault | undefined,
  handle: Handle,
  signal: AbortSignal,
): Promise<Response> {
  if (fault === undefined) return handle();
  if ("status" in fault) return toResponse(fault);
  if ("network" in fault) throw networkError(fault.network);
  if ("delay" in fault) {
    await sleep(fault.delay, signal);
    return handle();
  }
  const answer = handle();
  if ("dropAfterCommit" in fault) throw networkError("ECONNRESET");
  const text = await answer.text();
  const half = text.slice(0, Math.ceil(text.length / 2));
  const body = "stallBody" in fault ? stalled(half, signal) : half;
  const { status, headers } = answer;
  return new Response(body, { status, headers });
}

function toResponse({ status, body, headers }: Extract<Fault, { status: number }>): Response {
  const isText = body === undefined || typeof body === "string";
  const type = isText ? {} : { "Content-Type": "application/json" };
  const content = isText ? body : JSON.stringify(body);
  // A 204, 205 or 304 cannot have a body.
  return new Response([204, 205, 304].includes(status) ? null : content || null, {
    status,
    headers: { ...type, ...headers },
  });
}

/** Creates an error like that of Node's fetch. */
function networkError(code: "ECONNREFUSED" | "ECONNRESET"): TypeError {
  const cause =
    code === "ECONNREFUSED"
      ? Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:443"), { code, syscall: "connect" })
      : Object.assign(new Error("read ECONNRESET"), { code, syscall: "read" });
  return new TypeError("fetch failed", { cause });
}

function stalled(start: string, signal: AbortSignal): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(start));
      signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
  });
}
