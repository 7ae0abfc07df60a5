import { parseArgs, type ParseArgsConfig } from "node:util";
import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../index.ts";
import { nearest } from "../suggest.ts";
import { UsageError, why } from "./io.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const PARAMETERS = Object.entries<ParameterFacts>(createTrackingLink.params);

/** `mediaPartnerPropertyId` → `media-partner-property-id`; `programId` is used most, so it is short. */
function flagOf(key: string): string {
  if (key === "programId") return "program";
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A line of help for each parameter of the API document. */
export const parameterHelp: string = PARAMETERS.map(([key, facts]) => {
  const flag = `--${flagOf(key)} <${hint(facts)}>`;
  return `  ${flag.padEnd(36)} ${facts.name}${facts.required ? " (required)" : ""}`;
}).join("\n");

function hint({ enum: choices, format, type }: ParameterFacts): string {
  if (choices) return choices.join("|").toLowerCase();
  return format === "uri" ? "url" : type === "string" ? "text" : type;
}

/** The parameters that these flags give, with the types of the API document. */
export function readParameters(given: Arguments): CreateTrackingLinkParams {
  const params: Record<string, unknown> = {};
  for (const [key, facts] of PARAMETERS) {
    const text = given.text(flagOf(key));
    if (text !== undefined) params[key] = fromText(text, facts);
  }
  // Not checked: `create` does that.
  return params as unknown as CreateTrackingLinkParams;
}

/** A text as a value of the parameter's type. Enum values are matched without regard to case. */
export function fromText(text: string, { enum: choices, type }: ParameterFacts): unknown {
  if (choices)
    return choices.find((each) => String(each).toLowerCase() === text.toLowerCase()) ?? text;
  if ((type === "integer" || type === "number") && text.trim() !== "") return Number(text);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** A message of the client with flags in place of parameter names. */
export function withFlags(message: string): string {
  return PARAMETERS.reduce(
    (text, [key]) => text.replaceAll(`\`${key}\``, `--${flagOf(key)}`),
    message,
  );
}

/**
 * The arguments of a command: flags, and up to `most` others. The flags are those that its help names. Throws
 * {@link UsageError} for an unknown or repeated flag, and for more arguments.
 */
export class Arguments {
  readonly others: readonly string[];
  readonly #flags = new Map<string, string | boolean>();

  constructor(args: readonly string[], help: string, most: number) {
    const { values, positionals } = parse(args, optionsIn(help));
    // The argument is not shown: it may be a token without its flag.
    if (positionals.length > most) {
      throw new UsageError("Unexpected argument: every value belongs to a flag");
    }
    for (const [name, list] of Object.entries(values)) {
      // `multiple` makes lists of all of them.
      const [value, again] = list as [string | boolean, unknown];
      if (again !== undefined) throw new UsageError(`--${name} is given twice`);
      this.#flags.set(name, value);
    }
    this.others = positionals;
  }

  has(name: string): boolean {
    return this.#flags.has(name);
  }

  /** The value of a flag that takes one. */
  text(name: string): string | undefined {
    const value = this.#flags.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** Throws {@link UsageError} for anything but a whole number from `least` to `most`. */
  number(name: string, most = Number.MAX_SAFE_INTEGER, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}`);
  }
}

/** The flags that a help text names: `--port <number>  …` takes a value, `--json  …` none. */
function optionsIn(help: string): Options {
  const options: Options = {};
  for (const [, name = "", value] of help.matchAll(/^ {2}--([\w-]+)( <)?/gm)) {
    // As lists, because parseArgs would let the last of two equal flags win.
    options[name] = { type: value ? "string" : "boolean", multiple: true };
  }
  return { ...options, help: { type: "boolean", short: "h", multiple: true } };
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = why(error);
    const unknown = /^Unknown option '--?([^'=]*)/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message.split(/\.?\n/, 1)[0]);
    const near = nearest(unknown, Object.keys(options));
    const suggestion = near === undefined ? "" : `; did you mean --${near}?`;
    throw new UsageError(`Unknown option --${unknown}${suggestion}`);
  }
}
