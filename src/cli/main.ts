// The command impact-links on top of the public surface: each command is a function of arguments and streams to an exit
// code. Data goes to stdout, everything else to stderr.

import { nearest } from "../suggest.ts";
import { version } from "../version.ts";
import { EXIT, say, show, UsageError, type Io } from "./io.ts";

type Command = (args: readonly string[], io: Io) => Promise<number>;

// Imported when needed: --help must not wait for code that it does not use.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import("./create.ts")).create,
  bulk: async () => (await import("./bulk/bulk.ts")).bulk,
  sandbox: async () => (await import("./sandbox.ts")).sandbox,
};

/** The command as a function: arguments and streams in, exit code out. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "--version" || name === "-v") return show(io.stdout, `${version}\n`);
  if (name === "--help" || name === "-h") return show(io.stdout, (await import("./help.ts")).help);
  if (name === "help") return run([...rest, "--help"], io);
  if (args.length === 0) {
    await show(io.stderr, (await import("./help.ts")).help);
    return EXIT.usage;
  }
  const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
  try {
    if (command === undefined) throw new UsageError(unknown(name));
    return await command(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const more = command === undefined ? "" : `${name} `;
    await say(io, `${error.message}\nSee impact-links ${more}--help.`);
    return EXIT.usage;
  }
}

function unknown(name: string): string {
  const commands = Object.keys(COMMANDS);
  if (name === "" || name.startsWith("-")) {
    return `Expected a command first: ${commands.join(", ")}`;
  }
  const near = nearest(name, commands);
  return `Unknown command ${name}${near === undefined ? "" : `; did you mean ${near}?`}`;
}
