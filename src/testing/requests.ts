import type { OperationFacts } from "../../generated/operations.ts";

/** A received request, without its credentials. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** By header names in lower case. `authorization` contains only the scheme. */
  readonly headers: Readonly<Record<string, string>>;
  /** All pairs of the query in order, including repeated ones. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /**
   * Names in the query that are unknown or repeated. The fake ignores them, as the API presumably does. Use this list
   * in tests to detect them.
   */
  readonly ignored: readonly string[];
  /** Milliseconds since the epoch, by the fake's clock. */
  readonly time: number;
}

export async function record(
  request: Request,
  operation: OperationFacts,
  time: number,
): Promise<RecordedRequest> {
  const headers = Object.fromEntries(request.headers);
  const authorization = headers["authorization"];
  if (authorization !== undefined) {
    // A value without a scheme may be a token.
    const scheme = /^\w+ (?=.)/.exec(authorization)?.[0] ?? "";
    headers["authorization"] = `${scheme}[redacted]`;
  }
  const query = [...new URL(request.url).searchParams];
  const known = Object.values(operation.params)
    .filter((facts) => facts.in === "query")
    .map((facts) => facts.name);
  const ignored = query
    .map(([name]) => name)
    .filter((name, index, names) => !known.includes(name) || names.indexOf(name) < index);
  const { method, url } = request;
  return { method, url, headers, query, body: await request.text(), ignored, time };
}
