import { oneLine } from "../characters.ts";
import type { FieldError } from "../errors.ts";
import { textOf } from "./xml.ts";

/** The server's explanation of a failure. */
export interface Explanation {
  reason?: string | undefined;
  fields?: FieldError[] | undefined;
}

/**
 * Reads the server's explanation from any of its formats: `{Status, Message, Errors}` (JSON or XML),
 * `{timestamp, status, error, message}`, a problem with `title` and `detail`, an HTML page's title, or text.
 */
export function explanationOf(body: unknown): Explanation {
  if (typeof body === "string") {
    return { reason: nonBlank(isMarkup(body) ? headingOf(body) : body) };
  }
  if (typeof body !== "object" || body === null) return {};
  const { Message, message, title, detail, error, Errors, errors } = body as Record<
    string,
    unknown
  >;
  const fields = fieldsOf(Errors ?? errors);
  const problem = [nonBlank(title), nonBlank(detail)].filter(Boolean).join(": ");
  const reason =
    nonBlank(Message) ??
    nonBlank(message) ??
    (problem || (fields?.[0]?.message ?? nonBlank(error) ?? messageOf(error)));
  return { reason, fields };
}

function messageOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null
    ? nonBlank((value as Record<string, unknown>)["message"])
    : undefined;
}

function fieldsOf(errors: unknown): FieldError[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  const fields = errors.flatMap((error: unknown) => {
    const { Field, field, Message, message } = Object(error) as Record<string, unknown>;
    const name = nonBlank(Field) ?? nonBlank(field) ?? "";
    const text = nonBlank(Message) ?? nonBlank(message) ?? nonBlank(error) ?? "";
    return name || text ? [{ field: name, message: text }] : [];
  });
  return fields.length > 0 ? fields : undefined;
}

function isMarkup(body: string): boolean {
  return /^\s*</.test(body);
}

/** Returns the title of a proxy's page, or else its first heading. */
function headingOf(page: string): string | undefined {
  for (const name of ["title", "TITLE", "Title", "h1", "H1"]) {
    const heading = textOf(page, name);
    if (heading) return heading;
  }
  return undefined;
}

function nonBlank(value: unknown): string | undefined {
  return typeof value === "string" && oneLine(value) !== "" ? value : undefined;
}
