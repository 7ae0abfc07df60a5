#!/usr/bin/env node
import process from "node:process";
import { run } from "./main.ts";

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process at once, as users expect.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(signal)));
}
// Each write tells of its own failure; without these, Node would end the process before it can be told.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
});
