/**
 * A deadline for those that have none of their own.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} run
 */
export async function withDeadline(run) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 30_000);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
