/** Elements of the API's two error envelopes. */
const FIELDS = ["Status", "Message", "status", "message"];

/**
 * Converts an XML error envelope, root `ImpactRadiusResponse`, to its JSON form. Returns undefined if it has none of
 * the known fields. Not a full parser: it only searches forward, so that hostile bodies cannot make it slow.
 *
 * https://integrations.impact.com/impact-agency/reference/errors
 */
export function readXmlEnvelope(text: string): Record<string, unknown> | undefined {
  const root = contentOf(text, "ImpactRadiusResponse");
  if (root === undefined) return undefined;
  const errors = contentOf(root, "Errors");
  const rest = errors === undefined ? root : root.replace(errors, "");
  const envelope: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = textOf(rest, name);
    if (value !== undefined) envelope[name] = value;
  }
  if (errors !== undefined) {
    envelope["Errors"] = errors
      .split("</Error>")
      .slice(0, -1)
      .map((error) => ({ Field: textOf(error, "Field"), Message: textOf(error, "Message") }));
  }
  return Object.keys(envelope).length > 0 ? envelope : undefined;
}

/** Returns the text of the first element with a name. */
export function textOf(xml: string, name: string): string | undefined {
  const inside = contentOf(xml, name)?.trim();
  if (inside === undefined) return undefined;
  return /^<!\[CDATA\[(.*)\]\]>$/s.exec(inside)?.[1] ?? unescape(inside);
}

/** Returns the content of the first element with a name. */
function contentOf(xml: string, name: string): string | undefined {
  let start = -1;
  do {
    start = xml.indexOf(`<${name}`, start + 1);
  } while (start >= 0 && !/[\s>]/.test(xml[start + name.length + 1] ?? ">"));
  const open = start < 0 ? -1 : xml.indexOf(">", start);
  const close = open < 0 ? -1 : xml.indexOf(`</${name}>`, open);
  return close < 0 ? undefined : xml.slice(open + 1, close);
}

const ENTITIES = new Map(Object.entries({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }));

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
