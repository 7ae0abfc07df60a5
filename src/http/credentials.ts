/** Authorization and redaction. The token lives in closures only, so that nothing a caller can print or store reaches it. */
export interface Credentials {
  /** Value of the Authorization header. */
  readonly authorization: () => string;
  readonly redact: Redact;
}

/** The same text or plain data with every form of the credentials cut out. */
export type Redact = <T>(value: T) => T;

const REDACTED = "[redacted]";

/** No body or error is read deeper than this. */
const DEPTH = 20;

export function createCredentials(accountSid: string, authToken: string): Credentials {
  const basic = base64(`${accountSid}:${authToken}`);
  const secrets = [basic];
  // A short word would be cut out of ordinary text ("token", "secret"); a real token is 32 characters.
  if (authToken.length >= 8 || (authToken.length >= 4 && /[^A-Za-z]/.test(authToken))) {
    secrets.push(authToken, base64(authToken));
  }
  const anchors = secrets.map(longestWord);
  let forms: RegExp | undefined;
  const redactText = (text: string): string => {
    // Nearly no text holds one; to look is cheap.
    if (!anchors.some((anchor) => text.includes(anchor))) return text;
    forms ??= new RegExp(secrets.flatMap(formsOf).join("|"), "g");
    return text.replace(forms, REDACTED);
  };
  const redactDeep = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return redactText(value);
    if (typeof value === "number") return redactText(`${value}`) === `${value}` ? value : REDACTED;
    if (typeof value !== "object" || value === null) return value;
    if (depth === 0) return Array.isArray(value) ? [] : {};
    const entries = Object.entries(value);
    const clean = entries.map(
      ([key, item]) => [redactText(key), redactDeep(item, depth - 1)] as const,
    );
    const isClean = clean.every(
      ([key, item], index) => key === entries[index]?.[0] && item === entries[index][1],
    );
    if (isClean) return value;
    return Array.isArray(value) ? clean.map(([, item]) => item) : Object.fromEntries(clean);
  };

  return Object.freeze({
    authorization: () => `Basic ${basic}`,
    // Text is replaced by text, so the type stays the same.
    redact: <T>(value: T): T => redactDeep(value, DEPTH) as T,
  });
}

/** Letters and digits are left as they are by every encoding in use: where these are missing, no form is there. */
function longestWord(secret: string): string {
  const words = secret.split(/[^A-Za-z0-9]+/);
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest));
}

/** Patterns for a secret however a server, a proxy or a runtime may have written it. */
function formsOf(secret: string): string[] {
  const bare = secret.replace(/=+$/, "");
  const padding = bare === secret ? "" : `(?:${anyForm("=")})*`;
  return [...new Set([bare, urlSafe(bare)])].map((form) => anyForm(form) + padding);
}

/** The named entities that HTML and XML share. */
const ENTITIES = new Map([
  ["&", "amp"],
  ["<", "lt"],
  [">", "gt"],
  ['"', "quot"],
  ["'", "apos"],
]);

/** A pattern for a text whose special characters may be percent-encoded, or escaped as in JSON or HTML. */
function anyForm(text: string): string {
  return Array.from(text, (character) => {
    if (/[A-Za-z0-9]/.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    const bytes = Array.from(new TextEncoder().encode(character), (byte) => `%${hex(byte, 2)}`);
    const units = Array.from({ length: character.length }, (_, index) => {
      return String.raw`\\u${hex(character.charCodeAt(index), 4)}`;
    });
    const forms = [
      // Also behind a backslash, as JSON has quotes and slashes.
      String.raw`\\?${character.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)}`,
      bytes.join(""),
      units.join(""),
      `&#0*${code};`,
      `&#[xX]0*${hex(code, 1)};`,
    ];
    if (ENTITIES.has(character)) forms.push(`&${ENTITIES.get(character)};`);
    if (character === " ") forms.push(String.raw`\+`);
    return `(?:${forms.join("|")})`;
  }).join("");
}

/** A pattern for a number in hex, in either case of letters. */
function hex(number: number, digits: number): string {
  const text = number.toString(16).padStart(digits, "0");
  return text.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** Base64 of the text as UTF-8, as RFC 7617 asks for; `btoa` alone takes Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function urlSafe(encoded: string): string {
  return encoded.replaceAll("+", "-").replaceAll("/", "_");
}
