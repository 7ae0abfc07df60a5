#!/usr/bin/env node
import process from "node:process";
import { run } from "./main.ts";

const interrupted = new AbortController();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interrupt = (signal: string): void => {
  if (interrupted.signal.aborted) return;
  // A second Ctrl-C ends the process at once, as users expect; `timeout` sends two for one.
  const forget = (): void => {
    for (const each of signals) process.removeListener(each, interrupt);
  };
  setTimeout(forget, 500).unref();
  interrupted.abort(new Error(signal));
  // It may be read from, and never end.
  process.stdin.destroy();
};
for (const signal of signals) process.on(signal, interrupt);
// Each write tells of its own failure; without these, Node would end the process before it can be told.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
