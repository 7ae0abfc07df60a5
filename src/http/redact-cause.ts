import type { Redact } from "./credentials.ts";

/** Fields that runtimes set on errors. Any may be missing, or of another type. */
export interface RuntimeError {
  name?: unknown;
  stack?: unknown;
  code?: unknown;
  syscall?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
}

/** Levels of causes to keep. */
const MAX_DEPTH = 5;

/** Errors of an `AggregateError` to keep. */
const MAX_ERRORS = 10;

/**
 * Copies an error without its secrets. The original may contain the request with its headers. It may be any value,
 * because a caller's `fetch` can throw anything.
 */
export function redactCause(thrown: unknown, redact: Redact, depth: number = MAX_DEPTH): Error {
  try {
    return copyOf(thrown, redact, depth);
  } catch {
    return new Error("the thrown value cannot be read");
  }
}

/** Also true for errors of another realm, such as a test runner's. They are not instances of this realm's `Error`. */
function isError(thrown: unknown): thrown is RuntimeError {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

function copyOf(thrown: unknown, redact: Redact, depth: number): Error {
  if (!isError(thrown)) return new Error(redact(String(thrown)));
  const { name, message, stack, cause, code, syscall, errors } = thrown;
  const copy = new Error(redact(String(message)));
  const keep = (key: string, value: unknown): void => {
    Object.defineProperty(copy, key, { value, configurable: true, writable: true });
  };
  keep("name", redact(String(name)));
  if (typeof stack === "string") keep("stack", redact(stack));
  for (const [key, value] of Object.entries({ code, syscall })) {
    if (typeof value === "string") Object.assign(copy, { [key]: redact(value) });
  }
  if (depth > 0 && cause !== undefined) keep("cause", redactCause(cause, redact, depth - 1));
  if (depth > 0 && Array.isArray(errors)) {
    const kept = errors.slice(0, MAX_ERRORS).map((each) => redactCause(each, redact, depth - 1));
    keep("errors", kept);
  }
  return copy;
}
