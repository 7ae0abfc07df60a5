#!/usr/bin/env node
import { fstatSync, readFileSync, statSync } from "node:fs";
import process from "node:process";
import type { Output } from "./io.ts";
import { run } from "./main.ts";

/** Milliseconds after an interrupt. Longer than the ten seconds that a bulk run gives requests in flight. */
const KILL_AFTER = 12_000;

const interrupted = new AbortController();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const interrupt = (signal: NodeJS.Signals): void => {
  if (interrupted.signal.aborted) return;
  // A second Ctrl-C kills the process. It is ignored for 500 ms, because `timeout` sends the signal twice.
  const stopListening = (): void => {
    for (const each of signals) process.removeListener(each, interrupt);
  };
  setTimeout(stopListening, 500).unref();
  interrupted.abort(new Error(signal));
  // `process.exit` would wait for pending disk operations, which may hang.
  setTimeout(() => process.kill(process.pid, signal), KILL_AFTER).unref();
  // Otherwise a pending read of stdin may never end.
  process.stdin.destroy();
};
for (const signal of signals) process.on(signal, interrupt);
// Each write reports its own failure. Without these listeners, Node would end the process first.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

/** Makes each write fail. The null device would discard it silently. */
const closed: Output = {
  write: (_, done) => done(new Error("stdout is closed")),
};

/**
 * Returns whether a stream was closed before the process started. Node then opens the null device in its place, for
 * reading and writing. A shell that redirects to the null device opens it for writing only. Returns false except on
 * Linux.
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
// Everything else is written by now. A stalled reader of stdout must not keep the process alive.
if (interrupted.signal.aborted) process.exit();
