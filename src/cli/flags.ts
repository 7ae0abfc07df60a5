import { parseArgs, type ParseArgsConfig } from "node:util";
import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../index.ts";
import { nearest } from "../suggest.ts";
import { UsageError } from "./io.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const PARAMETERS: readonly [key: string, facts: ParameterFacts][] = Object.entries(
  createTrackingLink.params,
);

/** `mediaPartnerPropertyId` → `media-partner-property-id`; `programId` is used most, so it is short. */
function flagOf(key: string): string {
  if (key === "programId") return "program";
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A flag for each parameter of the API document. */
export const parameterFlags: Options = Object.fromEntries(
  PARAMETERS.map(([key]) => [flagOf(key), { type: "string" }]),
);

/** A line of help for each of these flags. */
export const parameterHelp: string = PARAMETERS.map(([key, facts]) => {
  const flag = `--${flagOf(key)} <${hint(facts)}>`;
  return `  ${flag.padEnd(36)} ${facts.name}${facts.required ? " (required)" : ""}`;
}).join("\n");

function hint({ enum: choices, format, type }: ParameterFacts): string {
  if (choices) return choices.join("|").toLowerCase();
  return format === "uri" ? "url" : type === "string" ? "text" : type;
}

/** The parameters that these flags give, with the types of the API document. Not checked. */
export function readParameters(
  values: Readonly<Record<string, unknown>>,
): CreateTrackingLinkParams {
  const given = PARAMETERS.filter(([key]) => values[flagOf(key)] !== undefined);
  const params = Object.fromEntries(
    given.map(([key, facts]) => [key, fromText(String(values[flagOf(key)]), facts)]),
  );
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

/** Throws {@link UsageError} for anything but a whole number from `least` to `most`. */
export function readNumber(
  flags: Readonly<Record<string, unknown>>,
  name: string,
  most: number = Number.MAX_SAFE_INTEGER,
  least: number = 0,
): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (typeof text === "string" && /^\d+$/.test(text) && number >= least && number <= most) {
    return number;
  }
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}`);
}

type Flags = Record<string, string | boolean | undefined>;

/**
 * Reads flags, and up to `most` other arguments. Throws {@link UsageError} for an unknown or repeated flag, and for more
 * arguments.
 */
export function readArguments(
  args: readonly string[],
  options: Options,
  most: number = 0,
): { flags: Flags; given: readonly string[] } {
  // As lists, because parseArgs would let the last of two equal flags win.
  const lists = Object.entries(options).map(([name, option]) => [
    name,
    { ...option, multiple: true },
  ]);
  const { values, positionals: given } = parse(args, Object.fromEntries(lists) as Options);
  // The argument is not shown: it may be a token without its flag.
  if (given.length > most) {
    throw new UsageError("Unexpected argument: every value belongs to a flag");
  }
  const flags: Flags = {};
  for (const [name, list] of Object.entries(values)) {
    // `multiple` makes lists of all of them.
    const [value, again] = list as (string | boolean)[];
    if (again !== undefined) throw new UsageError(`--${name} is given twice`);
    flags[name] = value;
  }
  return { flags, given };
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(explain((error as Error).message, options));
  }
}

function explain(message: string, options: Options): string {
  const unknown = /^Unknown option '--?([^'=]*)/.exec(message)?.[1];
  if (unknown === undefined) return message.split(/\.?\n/, 1)[0] ?? message;
  const near = nearest(unknown, Object.keys(options));
  return `Unknown option --${unknown}${near === undefined ? "" : `; did you mean --${near}?`}`;
}
