#!/usr/bin/env node
import process from "node:process";
import { EXIT } from "./io.ts";
import { run } from "./main.ts";

/** Milliseconds. A bulk run gives requests in flight ten seconds. */
const LONGEST_END = 12_000;

const interrupted = new AbortController();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interrupt = (signal: string): void => {
  if (interrupted.signal.aborted) return;
  // A second Ctrl-C ends the process at once, as users expect. Not within 500 ms: `timeout` sends the signal twice.
  const stopListening = (): void => {
    for (const each of signals) process.removeListener(each, interrupt);
  };
  setTimeout(stopListening, 500).unref();
  interrupted.abort(new Error(signal));
  // A disk or a pipe may never answer.
  setTimeout(() => process.exit(EXIT.interrupted), LONGEST_END).unref();
  // A read of stdin may otherwise never end.
  process.stdin.destroy();
};
for (const signal of signals) process.on(signal, interrupt);
// Each write reports its own failure. Without these listeners, Node would end the process first.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
