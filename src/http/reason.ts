import { oneLine } from "../characters.ts";
import type { FieldError } from "../errors.ts";
import { textOf } from "./xml.ts";

/** The server's own words about a failure. */
export interface Words {
  reason?: string | undefined;
  fields?: FieldError[] | undefined;
}

/**
 * Reads the server's words from any of its shapes: `{Status, Message, Errors}` (JSON or XML),
 * `{timestamp, status, error, message}`, a problem with `title` and `detail`, an HTML page's title, or text.
 */
export function wordsOf(body: unknown): Words {
  if (typeof body === "string") return { reason: words(isMarkup(body) ? headingOf(body) : body) };
  if (typeof body !== "object" || body === null) return {};
  const { Message, message, title, detail, error, Errors, errors } = body as Record<
    string,
    unknown
  >;
  const fields = fieldsOf(Errors ?? errors);
  const problem = [words(title), words(detail)].filter(Boolean).join(": ");
  const reason =
    words(Message) ??
    words(message) ??
    (problem || (fields?.[0]?.message ?? words(error) ?? wordsOfObject(error)));
  return { reason, fields };
}

function wordsOfObject(value: unknown): string | undefined {
  return typeof value === "object" && value !== null
    ? words((value as Record<string, unknown>)["message"])
    : undefined;
}

function fieldsOf(errors: unknown): FieldError[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  const fields = errors.flatMap((error: unknown) => {
    const { Field, field, Message, message } = Object(error) as Record<string, unknown>;
    const name = words(Field) ?? words(field) ?? "";
    const said = words(Message) ?? words(message) ?? words(error) ?? "";
    return name || said ? [{ field: name, message: said }] : [];
  });
  return fields.length > 0 ? fields : undefined;
}

function isMarkup(body: string): boolean {
  return /^\s*</.test(body);
}

/** The title of a proxy's page, else its first heading. */
function headingOf(page: string): string | undefined {
  for (const name of ["title", "TITLE", "Title", "h1", "H1"]) {
    const heading = textOf(page, name);
    if (heading) return heading;
  }
  return undefined;
}

function words(value: unknown): string | undefined {
  return typeof value === "string" && oneLine(value) !== "" ? value : undefined;
}
