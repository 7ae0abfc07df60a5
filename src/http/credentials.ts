/** The same text or plain data with every form of the credentials cut out. */
export type Redact = <T>(value: T) => T;

const REDACTED = "[redacted]";

/** No body or error is read deeper than this. */
const DEPTH = 20;

/** Authorization and redaction. The token lives in closures only, so that nothing a caller can print or store reaches it. */
export function createCredentials(
  accountSid: string,
  authToken: string,
): { authorization: () => string; redact: Redact } {
  const basic = base64(`${accountSid}:${authToken}`);
  const secrets = [basic];
  // A short word would be cut out of ordinary text ("token", "secret"); a real token is 32 characters.
  if (authToken.length >= 8 || (authToken.length >= 4 && /[^A-Za-z]/.test(authToken))) {
    secrets.push(authToken, base64(authToken));
  }
  const pattern = new RegExp(secrets.map(patternOf).join("|"), "gi");
  const words = secrets.map((secret) => (WORD.exec(secret)?.[0] ?? "").toLowerCase());
  const redactText = (text: string): string => {
    // Nearly no text holds one. To look for a word of each is faster.
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
 * Matches what stands between the letters and digits of a secret: other characters, as they are, percent-encoded, or
 * escaped as in JSON, HTML or XML. No two branches match the same text and the length is limited, so that no hostile text
 * makes the search slow.
 */
const GAP = String.raw`(?:%[\da-f]{2}|\\u[\da-f]{4}|&#?[a-z\d]{1,8};|[^a-z\d]){1,99}`;

/**
 * A pattern for a secret however it is written: the escapes in use leave letters and digits as they are. Their case is
 * ignored, because host names and names of headers lose it.
 */
function patternOf(secret: string): string {
  const words = secret.match(/[A-Za-z\d]+/g);
  if (words === null) return secret.replace(/./gsu, String.raw`\$&`);
  const padding = secret.endsWith("=") ? "(?:=|%3[Dd])*" : "";
  return words.join(GAP) + padding;
}

/** Base64 of the text as UTF-8, as RFC 7617 asks for; `btoa` alone takes Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
