/** Whether `fetch` takes a body as it is. openapi-fetch would write most of these as the JSON `{}`. */
export function isFetchBody(body: unknown): boolean {
  const kinds = [URLSearchParams, FormData, Blob, ArrayBuffer, ReadableStream];
  return ArrayBuffer.isView(body) || kinds.some((kind) => body instanceof kind);
}

/** Whether `fetch` knows the Content-Type of a body. */
export function saysType(body: unknown): boolean {
  if (body instanceof Blob) return body.type !== "";
  return body instanceof URLSearchParams || body instanceof FormData;
}

/**
 * Writes the body of a raw call: as JSON, unless it is one that `fetch` takes or the call has another Content-Type. The
 * client does not know the document of the call.
 */
export function writeBody(body: unknown, headers = new Headers()): unknown {
  const type = headers.get("Content-Type") ?? "application/json";
  if (isFetchBody(body)) return body;
  if (typeof body === "string" && !/[/+]json\b/i.test(type)) return body;
  return /^application\/x-www-form-urlencoded\b/i.test(type)
    ? writeForm(Object(body) as object)
    : JSON.stringify(body);
}

/** As OpenAPI says unless a document says otherwise: a list repeats its name, an object is JSON. */
function writeForm(fields: object): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, field] of Object.entries(fields)) {
    for (const value of [field as unknown].flat()) {
      if (value === undefined || value === null) continue;
      form.append(name, typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  return form;
}
