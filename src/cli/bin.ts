#!/usr/bin/env node
import process from "node:process";
import { run } from "./main.ts";

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process at once, as users expect.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(signal)));
}
// A reader that has gone away (`| head`) is no reason for a stack trace.
process.stdout.on("error", () => process.exit(1));

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
});
