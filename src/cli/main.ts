// The command impact-links. Each command takes arguments and streams, and returns an exit code. Data goes to stdout,
// everything else to stderr.

import { nearest } from "../suggest.ts";
import { version } from "../version.ts";
import { Arguments } from "./flags.ts";
import { bulkHelp, createHelp, help, sandboxHelp, specHelp } from "./help.ts";
import { EXIT, say, show, UsageError, type Io } from "./io.ts";

interface Command {
  readonly help: string;
  /** Maximum number of positional arguments. */
  readonly others: number;
  /** Imports the command lazily, because --help must not wait for it. */
  readonly load: () => Promise<(given: Arguments, io: Io) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  create: { help: createHelp, others: 0, load: async () => (await import("./create.ts")).create },
  bulk: { help: bulkHelp, others: 1, load: async () => (await import("./bulk/bulk.ts")).bulk },
  spec: { help: specHelp, others: 1, load: async () => (await import("./spec.ts")).spec },
  sandbox: {
    help: sandboxHelp,
    others: 0,
    load: async () => (await import("./sandbox.ts")).sandbox,
  },
};

/** Runs a command line. Returns its exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "--version" || name === "-v") return show(io.stdout, `${version}\n`);
  if (name === "--help" || name === "-h") return show(io.stdout, help);
  if (name === "help") return run([...rest, "--help"], io);
  if (args.length === 0) {
    await show(io.stderr, help);
    return EXIT.usage;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw new UsageError(unknown(name));
    const given = new Arguments(rest, command.help, command.others);
    if (given.has("help")) return await show(io.stdout, command.help);
    const start = await command.load();
    return await start(given, io);
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
  // Do not show the name: it may be a token.
  return `Unknown command; ${near === undefined ? `known are ${commands.join(", ")}` : `did you mean ${near}?`}`;
}
