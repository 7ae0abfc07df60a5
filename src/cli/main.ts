import { nearest } from "../nearest.ts";
import { version } from "../version.ts";
import { EXIT, UsageError, type Io } from "./io.ts";

type Command = (args: readonly string[], io: Io) => Promise<number>;

// Loaded when asked for, so that --help does not wait for what it does not use.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  create: async () => (await import("./create.ts")).create,
  sandbox: async () => (await import("./sandbox.ts")).sandbox,
};

/** The command as a function: arguments and streams in, exit code out. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = "", ...rest] = args;
  try {
    if (name === "--version") {
      io.stdout.write(`${version}\n`);
      return EXIT.done;
    }
    if (name === "--help" || name === "help") {
      io.stdout.write((await import("./help.ts")).help);
      return EXIT.done;
    }
    if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(name);
    const command = await COMMANDS[name]?.();
    return (await command?.(rest, io)) ?? EXIT.usage;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`impact-links: ${error.message}\nSee impact-links --help.\n`);
    return EXIT.usage;
  }
}

function unknownCommand(name: string): UsageError {
  if (name === "" || name.startsWith("-")) return new UsageError("A command is missing");
  const near = nearest(name, Object.keys(COMMANDS));
  return new UsageError(
    `Unknown command ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
  );
}
