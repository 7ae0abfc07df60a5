import { isImpactError, type CreateTrackingLinkParams } from "../../index.ts";
import { nearest } from "../../suggest.ts";
import { readParameters, withFlags, type Arguments } from "../flags.ts";
import type { Mapping } from "../input/columns.ts";
import { plain, UsageError } from "../io.ts";
import { FACTS, flagOf, PARAMETER_NAMES } from "../parameters.ts";
import { requestOf } from "./request.ts";

/** Flags from arguments, or from the journal of an earlier run. */
export type Flags = Pick<Arguments, "text" | "list">;

/** Returns the flags that define the mapping, as given. */
export function mappingFlags(given: Flags): Record<string, string | readonly string[]> {
  const flags: Record<string, string | readonly string[]> = {};
  for (const flag of [...FACTS.keys()].map(flagOf)) {
    const text = given.text(flag);
    if (text !== undefined) flags[`--${flag}`] = text;
  }
  for (const flag of ["map", "pass-through"]) {
    const list = given.list(flag);
    if (list.length > 0) flags[`--${flag}`] = list;
  }
  return flags;
}

/** Reads the mapping from flags. Throws {@link UsageError} for invalid parameters. */
export function readMapping(given: Flags): Mapping {
  const defaults = readParameters(given);
  // Unchecked: `requestOf` validates them. The program may come from a column.
  const params = { programId: "1", ...defaults } as unknown as CreateTrackingLinkParams;
  const request = requestOf(params, false);
  if (isImpactError(request)) throw new UsageError(withFlags(request.message));
  const map = new Map<string, string>();
  for (const text of given.list("map")) {
    const [, name = "", column = ""] = /^([^=]*)=\s*(.*?)\s*$/s.exec(text) ?? [];
    if (column === "") {
      throw new UsageError("--map takes a parameter and a column, such as --map deepLink=link");
    }
    const key = parameterOf(name.trim());
    if (map.has(key)) throw new UsageError(`--map ${key} is given twice`);
    map.set(key, column);
  }
  const passThrough = given.list("pass-through").map((column) => column.trim());
  const both = [...map.values()].find((column) => passThrough.includes(column));
  if (both !== undefined) {
    throw new UsageError(`--map and --pass-through are both given for column "${plain(both)}"`);
  }
  return { defaults, map, passThrough };
}

/** Finds a parameter by its name in camelCase, in the API, or as a flag. */
function parameterOf(name: string): string {
  const key = PARAMETER_NAMES.get(name) ?? [...FACTS.keys()].find((each) => flagOf(each) === name);
  if (key !== undefined) return key;
  const near = nearest(name, [...FACTS.keys()]);
  const known =
    near === undefined ? `known are ${[...FACTS.keys()].join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`--map takes a parameter, got "${plain(name)}"; ${known}`);
}
