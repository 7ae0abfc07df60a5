/** A response of the fake API, before it is rendered as JSON or XML. */
export interface FakeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Creates the envelope of most refusals: https://integrations.impact.com/impact-agency/reference/errors */
export function refuse(status: number, message: string, field?: string): FakeAnswer {
  const errors = field === undefined ? {} : { Errors: [{ Field: field, Message: message }] };
  return { status, body: { Status: "ERROR", Message: message, ...errors } };
}

const PHRASES = { 400: "Bad Request", 403: "Forbidden" };

/**
 * Creates the envelope with a timestamp. The vendor's document has it for a 403; the API also refuses deep links with
 * it.
 */
export function refuseWithTime(status: 400 | 403, message: string, time: number): FakeAnswer {
  const error = PHRASES[status];
  const name = error.toUpperCase().replace(" ", "_");
  return { status, body: { timestamp: time, status: name, error, message } };
}

/**
 * Renders JSON if the request accepts it, else XML: https://integrations.impact.com/impact-brand/reference/responses
 */
export function render(
  { status, body }: FakeAnswer,
  accept: string,
  headers: Record<string, string>,
): Response {
  const isJson = accept.includes("application/json");
  const text = isJson
    ? JSON.stringify(body)
    : `<?xml version="1.0" encoding="UTF-8"?>\n<ImpactRadiusResponse>${toXml(body)}</ImpactRadiusResponse>`;
  const type = isJson ? "application/json" : "application/xml";
  return new Response(text, { status, headers: { "Content-Type": type, ...headers } });
}

function toXml(body: Readonly<Record<string, unknown>>): string {
  return Object.entries(body)
    .map(([name, value]) => {
      const inside = Array.isArray(value)
        ? value.map((item: Record<string, unknown>) => `<Error>${toXml(item)}</Error>`).join("")
        : String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      return `<${name}>${inside}</${name}>`;
    })
    .join("");
}
