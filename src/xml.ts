/** The API's error envelope as its XML form says it. */
interface Envelope {
  Status?: string | undefined;
  Message?: string | undefined;
  Errors?: { Field?: string | undefined; Message?: string | undefined }[];
}

/**
 * Reads the XML error envelope, root `ImpactRadiusResponse`, into the shape of its JSON form. It knows these
 * few fields and is no parser: every search runs forward once, so that no body can make it slow.
 *
 * https://integrations.impact.com/impact-agency/reference/errors
 */
export function readXmlEnvelope(text: string): Envelope | undefined {
  const root = between(text, "ImpactRadiusResponse");
  if (root === undefined) return undefined;
  const errors = between(root.inside, "Errors");
  const rest = errors ? root.inside.replace(errors.inside, "") : root.inside;
  return {
    Status: textOf(rest, "Status"),
    Message: textOf(rest, "Message"),
    ...(errors && {
      Errors: all(errors.inside, "Error").map((error) => ({
        Field: textOf(error, "Field"),
        Message: textOf(error, "Message"),
      })),
    }),
  };
}

function all(text: string, name: string): string[] {
  const found = between(text, name);
  return found ? [found.inside, ...all(text.slice(found.end), name)] : [];
}

/** The text of the first element of a name, without its markup. */
export function textOf(xml: string, name: string): string | undefined {
  const inside = between(xml, name)?.inside.trim();
  if (inside === undefined) return undefined;
  const literal = /^<!\[CDATA\[(.*)\]\]>$/s.exec(inside)?.[1];
  return literal ?? unescape(inside);
}

/** The first element of a name: what stands in it, and where it ends. */
function between(xml: string, name: string): { inside: string; end: number } | undefined {
  let start = -1;
  do {
    start = xml.indexOf(`<${name}`, start + 1);
  } while (start >= 0 && !/[\s>]/.test(xml[start + name.length + 1] ?? ">"));
  const open = start < 0 ? -1 : xml.indexOf(">", start);
  const close = open < 0 ? -1 : xml.indexOf(`</${name}>`, open);
  if (close < 0) return undefined;
  return { inside: xml.slice(open + 1, close), end: close + name.length + 3 };
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function unescape(text: string): string {
  return text.replace(
    /&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name, decimal, hex) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
