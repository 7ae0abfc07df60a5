/** The reason of the signal after `return()`: there is nobody to report to. */
export const RETURNED: DOMException = new DOMException("The reader returned", "AbortError");

/**
 * Makes `return()` abort immediately. Async generators otherwise queue it behind the pending `await`, up to an hour
 * while waiting for quota.
 */
export function abortOnReturn<T>(
  create: (controller: AbortController) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const controller = new AbortController();
  const results = create(controller);
  const end = results.return.bind(results);
  results.return = (value) => {
    controller.abort(RETURNED);
    return end(value);
  };
  return results;
}
