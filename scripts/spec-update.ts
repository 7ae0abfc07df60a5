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

process.exitCode = await update(process.argv.slice(2), {
  stdin: process.stdin,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
});
for (const signal of signals) process.off(signal, stop);
