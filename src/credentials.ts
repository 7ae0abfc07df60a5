/**
 * Authorization, made once. The token lives in these closures and nowhere else, so that nothing a caller
 * can print or store reaches it.
 */
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
  const secrets = [basic.replace(/=+$/, ""), urlSafe(basic)];
  // A short word would be cut out of ordinary text ("token", "secret"); a real token is 32 characters.
  if (authToken.length >= 8 || /^(?=.{4}).*[^a-z]/is.test(authToken)) {
    const alone = base64(authToken);
    secrets.push(
      authToken,
      JSON.stringify(authToken).slice(1, -1),
      encodeURIComponent(authToken),
      alone.replace(/=+$/, ""),
      urlSafe(alone),
    );
  }
  // The longest first: a shorter one may be a part of it.
  const forms = [...new Set(secrets)].sort((a, b) => b.length - a.length);

  const redactText = (text: string): string =>
    forms.reduce(
      (rest, form) => (rest.includes(form) ? rest.replaceAll(form, REDACTED) : rest),
      text,
    );

  const redactDeep = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return redactText(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth === 0) return Array.isArray(value) ? [] : {};
    if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth - 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [redactText(key), redactDeep(item, depth - 1)]),
    );
  };

  return Object.freeze({
    authorization: () => `Basic ${basic}`,
    // What is cut out of a text is text, so the shape stays as it was.
    redact: <T>(value: T): T => redactDeep(value, DEPTH) as T,
  });
}

/** Base64 of the text as UTF-8, as RFC 7617 asks for; `btoa` alone takes Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function urlSafe(encoded: string): string {
  return encoded.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
