#!/usr/bin/env node
import { fstatSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import type { Output } from "./io.ts";
import { run } from "./main.ts";

/** Milliseconds. A bulk run gives requests in flight ten seconds. */
const LONGEST_END = 12_000;

const interrupted = new AbortController();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interrupt = (signal: NodeJS.Signals): void => {
  if (interrupted.signal.aborted) return;
  // A second Ctrl-C ends the process at once, as users expect. Not within 500 ms: `timeout` sends the signal twice.
  const stopListening = (): void => {
    for (const each of signals) process.removeListener(each, interrupt);
  };
  setTimeout(stopListening, 500).unref();
  interrupted.abort(new Error(signal));
  // A disk may never answer, and `process.exit` would wait for it.
  setTimeout(() => process.kill(process.pid, signal), LONGEST_END).unref();
  // A read of stdin may otherwise never end.
  process.stdin.destroy();
};
for (const signal of signals) process.on(signal, interrupt);
// Each write reports its own failure. Without these listeners, Node would end the process first.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

/** Fails each write, where the null device would lose it silently. */
const closed: Output = {
  write: (_, done) => done(new Error("stdout is closed")),
};

/**
 * Whether a stream was closed before the process began. Node then opens the null device for reading and writing; a shell
 * that redirects to it opens it for writing only. Always false except on Linux.
 */
function isClosed(fd: number): boolean {
  try {
    const isNull = fstatSync(fd).rdev === statSync("/dev/null").rdev;
    return isNull && /^flags:\s+\d*2$/m.test(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"));
  } catch {
    return false;
  }
}

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: isClosed(process.stdout.fd) ? closed : process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
// A reader of stdout that does not read would keep the process. All else is written by now.
if (interrupted.signal.aborted) process.exit();
