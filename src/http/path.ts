import { badInput, show } from "../validate.ts";

/** Writes paths by a template such as `/Things/{Id}`. Each segment is encoded; one of dots would climb, encoded or not. */
export function createPathWriter(
  template: string,
): (params: Readonly<Record<string, unknown>>) => string {
  const [start = "", ...parts] = template.split("{");
  const rest = parts.map((part) => part.split("}"));
  return (params) => {
    let path = start;
    for (const [name = "", text = ""] of rest) {
      path += encode(checkSegment(name, params[name])) + text;
    }
    return path;
  };
}

/** What can be a segment of a path. Throws `invalid_input` for anything else. */
export function checkSegment(name: string, given: unknown): string {
  const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
  if (value !== "" && value !== "." && value !== "..") return value;
  throw badInput("invalid_input", name, `\`${name}\` to be an id`, show(given));
}

/** What stands in a URL as it is. */
const PLAIN = /^[\w.~-]+$/;

/** Most texts are plain, and to look is cheaper than to encode. */
export function encode(text: string): string {
  return PLAIN.test(text) ? text : encodeURIComponent(text);
}
