/** Copies text or plain data with every form of the credentials replaced. */
export type Redact = <T>(value: T) => T;

const REDACTED = "[redacted]";

/** Deeper levels of a body or error are dropped. */
const DEPTH = 20;

/**
 * Creates the Authorization header and the redaction. Keeps the token in closures only, so that callers cannot print or
 * store it by accident.
 */
export function createCredentials(
  accountSid: string,
  authToken: string,
): { authorization: () => string; redact: Redact } {
  const basic = base64(`${accountSid}:${authToken}`);
  const secrets = [basic];
  // Redacting a short word such as "token" would damage ordinary text. A real token has 32 characters.
  if (authToken.length >= 8 || (authToken.length >= 4 && /[^A-Za-z]/.test(authToken))) {
    secrets.push(authToken, base64(authToken));
  }
  const pattern = new RegExp(secrets.map(patternOf).join("|"), "gi");
  const words = secrets.map((secret) => (WORD.exec(secret)?.[0] ?? "").toLowerCase());
  const redactText = (text: string): string => {
    // Searching for one word of each secret is faster, and almost no text contains one.
    const lower = text.toLowerCase();
    return words.some((word) => lower.includes(word)) ? text.replace(pattern, REDACTED) : text;
  };
  const redactDeep = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return redactText(value);
    if (typeof value === "number") return redactText(`${value}`) === `${value}` ? value : REDACTED;
    if (typeof value !== "object" || value === null) return value;
    if (depth === 0) return Array.isArray(value) ? [] : {};
    const entries = Object.entries(value);
    let isClean = true;
    for (const entry of entries) {
      const [key, item] = entry;
      entry[0] = redactText(key);
      entry[1] = redactDeep(item, depth - 1);
      isClean &&= entry[0] === key && entry[1] === item;
    }
    if (isClean) return value;
    return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  };

  return Object.freeze({
    /** Value of the Authorization header. */
    authorization: (): string => `Basic ${basic}`,
    // Text is replaced by text, so the type stays the same.
    redact: <T>(value: T): T => redactDeep(value, DEPTH) as T,
  });
}

const WORD = /[A-Za-z\d]+/;

/**
 * Matches the text between letters and digits of a secret: other characters, either literal, percent-encoded, or
 * escaped for JSON, HTML or XML. Branches do not overlap and the length is limited, so that hostile text cannot cause
 * backtracking.
 */
const GAP = String.raw`(?:%[\da-f]{2}|\\u[\da-f]{4}|&#?[a-z\d]{1,8};|[^a-z\d]){1,99}`;

/**
 * Returns a pattern that matches a secret in any encoding, because encodings keep letters and digits. The search
 * ignores case, because host names and header names are lower-cased.
 */
function patternOf(secret: string): string {
  const words = secret.match(/[A-Za-z\d]+/g);
  if (words === null) return secret.replace(/./gsu, String.raw`\$&`);
  const padding = secret.endsWith("=") ? "(?:=|%3[Dd])*" : "";
  return words.join(GAP) + padding;
}

/** Encodes UTF-8 text as Base64, as in RFC 7617. `btoa` accepts only Latin-1. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
