import { parseArgs, type ParseArgsConfig } from "node:util";
import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import type { CreateTrackingLinkParams } from "../index.ts";
import { nearest } from "../suggest.ts";
import { UsageError } from "./io.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const PARAMETERS: readonly [key: string, facts: ParameterFacts][] = Object.entries(
  createTrackingLink.params,
);

/** `mediaPartnerPropertyId` → `media-partner-property-id`; the program is asked for so often that it is short. */
function flagOf(key: string): string {
  if (key === "programId") return "program";
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A flag for each parameter of the vendor's document. */
export const parameterFlags: Options = Object.fromEntries(
  PARAMETERS.map(([key]) => [flagOf(key), { type: "string" }]),
);

/** A line for each of these flags. */
export const parameterHelp: string = PARAMETERS.map(([key, facts]) => {
  const flag = `--${flagOf(key)} <${hint(facts)}>`;
  return `  ${flag.padEnd(36)} ${facts.name}${facts.required ? " (required)" : ""}`;
}).join("\n");

function hint({ enum: choices, format, type }: ParameterFacts): string {
  if (choices) return choices.join("|").toLowerCase();
  return format === "uri" ? "url" : type === "string" ? "text" : type;
}

/** The flags' values under the parameters' names, each of the type that the document gives it; not checked. */
export function readParameters(
  values: Readonly<Record<string, unknown>>,
): CreateTrackingLinkParams {
  const given = PARAMETERS.filter(([key]) => values[flagOf(key)] !== undefined);
  const params = Object.fromEntries(
    given.map(([key, facts]) => [key, fromText(String(values[flagOf(key)]), facts)]),
  );
  return params as unknown as CreateTrackingLinkParams;
}

/** A text as the document's type of the parameter; a choice in any case of letters. */
export function fromText(text: string, { enum: choices, type }: ParameterFacts): unknown {
  if (choices)
    return choices.find((each) => String(each).toLowerCase() === text.toLowerCase()) ?? text;
  if ((type === "integer" || type === "number") && text.trim() !== "") return Number(text);
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** A message of the client, with flags where it names parameters. */
export function withFlags(message: string): string {
  return PARAMETERS.reduce(
    (text, [key]) => text.replaceAll(`\`${key}\``, `--${flagOf(key)}`),
    message,
  );
}

/** Throws {@link UsageError} for anything but a whole number within bounds. */
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

/** Reads flags. Throws {@link UsageError} for what is unknown, repeated, or no flag at all. */
export function readFlags(
  args: readonly string[],
  options: Options,
): Record<string, string | boolean | undefined> {
  return readArguments(args, options, 0).flags;
}

/** Reads flags, and up to so many arguments that are none. */
export function readArguments(
  args: readonly string[],
  options: Options,
  most: number,
): { flags: Record<string, string | boolean | undefined>; given: readonly string[] } {
  // Taken as lists, so that a flag that is given twice can be told.
  const lists = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, { ...option, multiple: true }]),
  );
  const { values: found, positionals: given } = parse(args, lists);
  // Not shown: it may be a token that lost its flag.
  if (given.length > most) {
    throw new UsageError("Unexpected argument: every value belongs to a flag");
  }
  const flags = Object.fromEntries(
    Object.entries(found).map(([name, values = []]) => {
      if (values.length > 1) throw new UsageError(`--${name} is given twice`);
      return [name, values[0]];
    }),
  );
  return { flags, given };
}

function parse(
  args: readonly string[],
  options: Options,
): { values: Record<string, (string | boolean)[] | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
    });
    return { values: values as Record<string, (string | boolean)[] | undefined>, positionals };
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
