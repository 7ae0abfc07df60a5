/**
 * Follows the vendor: takes the next version of its documents, or further ones, says what changes, and replaces
 * spec/ and generated/ if nothing breaks.
 *
 *     npm run spec:update -- [<file | url | ->…] [--dry-run] [--allow-breaking]
 */
import { update } from "./update.mjs";

// Heard between two steps alone, and the replacing is one: by then, nothing was written.
const stop = () => {
  console.error("Stopped. Nothing was written.");
  process.exit(130);
};
const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
for (const signal of signals) process.on(signal, stop);

process.exitCode = await update(process.argv.slice(2), {
  stdin: process.stdin,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
});
for (const signal of signals) process.off(signal, stop);
