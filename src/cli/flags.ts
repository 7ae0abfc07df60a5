import { parseArgs, type ParseArgsConfig } from "node:util";
import type { ParameterFacts } from "../../generated/operations.ts";
import { nearest } from "../suggest.ts";
import { UsageError, why } from "./io.ts";
import { FACTS, flagOf, fromText } from "./parameters.ts";

/** One line of help for each parameter in the API document. */
export const parameterHelp: string = [...FACTS]
  .map(([key, facts]) => {
    const flag = `--${flagOf(key)} <${hint(facts)}>`;
    return `  ${flag.padEnd(36)} ${facts.name}${facts.required ? " (required)" : ""}`;
  })
  .join("\n");

function hint({ enum: choices, format, type }: ParameterFacts): string {
  if (choices) return choices.join("|").toLowerCase();
  const hints: Record<string, string> = { string: "text", array: "a,b", object: "json" };
  return format === "uri" ? "url" : (hints[type] ?? type);
}

/** Reads parameters from flags, with the types of the API document. Does not validate them: the client does. */
export function readParameters(given: Pick<Arguments, "text">): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [key, facts] of FACTS) {
    const text = given.text(flagOf(key));
    if (text !== undefined) params[key] = fromText(text, facts);
  }
  return params;
}

/** Replaces parameter names in a message of the client with flags. */
export function withFlags(message: string): string {
  return [...FACTS.keys()].reduce(
    (text, key) => text.replaceAll(`\`${key}\``, `--${flagOf(key)}`),
    message,
  );
}

/**
 * Parses the arguments of a command: the flags in its help text, and up to `most` positional arguments. Throws
 * {@link UsageError} for an unknown or repeated flag, and for too many positional arguments.
 */
export class Arguments {
  readonly others: readonly string[];
  readonly #flags = new Map<string, readonly (string | boolean)[]>();

  constructor(args: readonly string[], help: string, most: number) {
    const options = optionsIn(help);
    const { values, positionals } = parse(args, options);
    // Do not show the argument: it may be a token without its flag.
    if (positionals.length > most) {
      throw new UsageError("Unexpected argument: every value needs a flag");
    }
    for (const [name, list] of Object.entries(values)) {
      // Always a list, because all options are `multiple`.
      const given = list as (string | boolean)[];
      if (given.length > 1 && !options[name]?.isRepeatable) {
        throw new UsageError(`--${name} is given twice`);
      }
      this.#flags.set(name, given);
    }
    this.others = positionals;
  }

  has(name: string): boolean {
    return this.#flags.has(name);
  }

  /** Returns the value of a flag. */
  text(name: string): string | undefined {
    return this.list(name)[0];
  }

  /** Returns all values of a repeatable flag. */
  list(name: string): readonly string[] {
    return (this.#flags.get(name) ?? []).filter((value) => typeof value === "string");
  }

  /** Returns a whole number from `least` to `most`. Throws {@link UsageError} for any other value. */
  number(name: string, most = Number.MAX_SAFE_INTEGER, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}`);
  }
}

type Option = NonNullable<ParseArgsConfig["options"]>[string];
type Options = Record<string, Option & { readonly isRepeatable?: boolean }>;

/**
 * Finds the flags in a help text. `--port <number>` takes a value, `--json` takes none, and "Repeatable." allows
 * several.
 */
function optionsIn(help: string): Options {
  const options: Options = {};
  for (const [line, name = "", value] of help.matchAll(/^ {2}--([\w-]+)( <)?.*(?:\n {10,}.*)*/gm)) {
    // `multiple` keeps duplicates. Otherwise parseArgs would silently use the last one.
    const type = value ? "string" : "boolean";
    options[name] = { type, multiple: true, isRepeatable: line.includes("Repeatable.") };
  }
  return { ...options, help: { type: "boolean", short: "h", multiple: true } };
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = why(error);
    const ambiguous = /^Option '(?:-\w, )?(--[^ ']+).*argument is ambiguous/.exec(message)?.[1];
    if (ambiguous !== undefined) {
      throw new UsageError(
        `${ambiguous} takes a value; write a value that begins with a dash as ${ambiguous}=-x`,
      );
    }
    const unknown = /^Unknown option '--?([^'=]*)/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message.split(/\.?\n/, 1)[0]);
    const near = nearest(unknown, Object.keys(options));
    const suggestion = near === undefined ? "" : `; did you mean --${near}?`;
    throw new UsageError(`Unknown option --${unknown}${suggestion}`);
  }
}
