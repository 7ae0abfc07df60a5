/**
 * A generator that is told at once when it is left. By itself it hears of `return()` only when what it awaits is there,
 * which can take an hour where that is the quota.
 */
export function leavable<T>(
  create: (left: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController();
  const results = create(left.signal);
  const end = results.return.bind(results);
  results.return = (value) => {
    left.abort();
    return end(value);
  };
  return results;
}
