/**
 * Updates the client to a new version of the vendor's documents, or adds further documents. Reports what changes, and
 * replaces spec/ and generated/ if nothing breaks.
 *
 *     npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]
 */
import { update } from "./update/update.ts";

// Signals are handled between two ticks, and all files are written in one: so none is written half.
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
  // Nobody is left to tell.
  err: (text) => printTo(process.stderr)(text).catch(() => {}),
});
for (const signal of signals) process.off(signal, stop);
