/**
 * Updates the client to a new version of the vendor's documents, or adds further documents. Reports all changes. If
 * nothing breaks, it replaces spec/, generated/, api/ and src/http/retry-rules.ts.
 *
 *     npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]
 */
import { update } from "./update/update.ts";

// Node handles signals between ticks, and all files are written in one tick. So a signal leaves no half-written state.
const stop = (): void => {
  console.error("Stopped. Nothing was written.");
  process.exit(130);
};
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
for (const signal of signals) process.on(signal, stop);

const printTo =
  (stream: NodeJS.WriteStream) =>
  (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
    });
// Each write reports its own failure. Without these listeners, Node would end the process with a stack.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await update(process.argv.slice(2), {
  stdin: process.stdin,
  out: printTo(process.stdout),
  // If stderr fails, there is nowhere to report it.
  err: (text) => printTo(process.stderr)(text).catch(() => {}),
});
for (const signal of signals) process.off(signal, stop);
