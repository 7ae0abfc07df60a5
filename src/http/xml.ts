/** The fields of the API's error envelopes, of which each answer holds some. */
const FIELDS = ["Status", "Message", "timestamp", "status", "error", "message", "title", "detail"];

/**
 * Reads an XML error envelope, root `ImpactRadiusResponse`, into the shape of its JSON form; undefined if it
 * holds none of the known fields. This is no parser: every search runs forward, so that no body can make it slow.
 *
 * https://integrations.impact.com/impact-agency/reference/errors
 */
export function readXmlEnvelope(text: string): Record<string, unknown> | undefined {
  const root = between(text, "ImpactRadiusResponse")?.inside;
  if (root === undefined) return undefined;
  const errors = between(root, "Errors")?.inside;
  const rest = errors === undefined ? root : root.replace(errors, "");
  const envelope: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = textOf(rest, name);
    if (value !== undefined) envelope[name] = value;
  }
  if (errors !== undefined) {
    envelope["Errors"] = all(errors, "Error").map((error) => ({
      Field: textOf(error, "Field"),
      Message: textOf(error, "Message"),
    }));
  }
  return Object.keys(envelope).length > 0 ? envelope : undefined;
}

/** More errors than a reader reads. */
const MOST_ERRORS = 100;

function all(text: string, name: string): string[] {
  const found: string[] = [];
  let next = between(text, name);
  while (next !== undefined && found.length < MOST_ERRORS) {
    found.push(next.inside);
    next = between(text, name, next.end);
  }
  return found;
}

/** The text of the first element of a name, without its markup. */
export function textOf(xml: string, name: string): string | undefined {
  const inside = between(xml, name)?.inside.trim();
  if (inside === undefined) return undefined;
  const literal = /^<!\[CDATA\[(.*)\]\]>$/s.exec(inside)?.[1];
  return literal ?? unescape(inside);
}

/** The first element of a name from a place on: what stands in it, and where it ends. */
function between(xml: string, name: string, from = 0): { inside: string; end: number } | undefined {
  let start = from - 1;
  do {
    start = xml.indexOf(`<${name}`, start + 1);
  } while (start >= 0 && !/[\s>]/.test(xml[start + name.length + 1] ?? ">"));
  const open = start < 0 ? -1 : xml.indexOf(">", start);
  const close = open < 0 ? -1 : xml.indexOf(`</${name}>`, open);
  if (close < 0) return undefined;
  return { inside: xml.slice(open + 1, close), end: close + name.length + 3 };
}

const ENTITIES: ReadonlyMap<unknown, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["amp", "&"],
]);

function unescape(text: string): string {
  return text.replace(
    /&(?:([a-z]+)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name, decimal, hex) => {
      if (name !== undefined) return ENTITIES.get(name) ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
