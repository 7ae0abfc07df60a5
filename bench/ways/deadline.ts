/** A timeout for ways that have none of their own. */
export async function withDeadline<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 30_000);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
