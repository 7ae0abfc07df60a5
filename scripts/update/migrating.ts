/** Writes the entry for MIGRATING.md, with advice for each breaking change. */
import type { Row } from "../diff/diff.ts";

interface Advice {
  todo: string;
  /** Affected code compiles, but behaves differently. */
  isSilent?: true;
}

const LEAVE_OUT: Advice = { todo: "Leave it out." };
const PASS: Advice = { todo: "Pass it in every call." };
const CHECK_SENT: Advice = { todo: "Check the values that you send.", isSilent: true };
const CHECK_BOTH: Advice = {
  todo: "Check the values that you send, and the code that reads them.",
  isSilent: true,
};
const READ_ALL: Advice = { todo: "Handle the new values where you read it.", isSilent: true };
const ADAPT: Advice = { todo: "Change the values that you send, or the code that reads them." };

/** Advice for each kind of change that may be breaking. */
export const ADVICE: Readonly<Record<string, Advice>> = {
  "operation removed": { todo: "Remove the calls: the API no longer has it." },
  "operation moved": {
    todo: "Use the new path in calls of `impact.raw`; `trackingLinks` does already.",
  },
  "operation renamed": { todo: "Use the new key of `operations`." },
  "security changed": {
    todo: "Check that the API still takes your credentials: the client sends Basic.",
    isSilent: true,
  },
  "server changed": {
    todo: "Allow the new host where yours are listed, or keep the former one as `baseUrl`.",
    isSilent: true,
  },

  "parameter removed": LEAVE_OUT,
  "parameter renamed": { todo: "Use the new name." },
  "parameter moved": { todo: "Pass it in its new place." },
  "required parameter added": PASS,
  "parameter became required": PASS,
  "parameter serialization changed": {
    todo: "Give raw calls a `querySerializer` that writes the new form.",
    isSilent: true,
  },

  "request body removed": LEAVE_OUT,
  "required request body added": PASS,
  "request body became required": PASS,
  "request type removed": { todo: "Send one of the other media types." },

  "success removed": { todo: "Read the answer from the statuses that are left." },
  "response type removed": { todo: "Read one of the other media types." },
  "response header removed": { todo: "Do without the header.", isSilent: true },
  "response header became optional": { todo: "Allow for its absence.", isSilent: true },

  "property removed": { todo: "Leave it out, and do not read it." },
  "property renamed": { todo: "Use the new name." },
  "required property added": PASS,
  "property became required": PASS,
  "property became optional": { todo: "Allow for its absence." },
  "other properties refused": { todo: "Send only the documented properties.", isSilent: true },
  "other properties removed": { todo: "Use only the documented properties." },
  "other properties narrowed": ADAPT,
  "other properties widened": ADAPT,
  "type changed": ADAPT,
  "type narrowed": ADAPT,
  "type widened": ADAPT,
  "enum narrowed": { todo: "Send one of the values that are left." },
  "enum widened": READ_ALL,
  "format changed": CHECK_BOTH,
  "format narrowed": CHECK_SENT,
  "format widened": READ_ALL,
  "limit narrowed": CHECK_SENT,
  "variant removed": ADAPT,
  "variant added": ADAPT,
  "variants documented": ADAPT,
  "variants no longer documented": ADAPT,
  "oneOf became anyOf": READ_ALL,
  "anyOf became oneOf": CHECK_SENT,
  "discriminator added": ADAPT,
  "discriminator removed": ADAPT,
  "discriminator renamed": ADAPT,
  "discriminator value added": READ_ALL,
  "discriminator value removed": ADAPT,
  "discriminator value moved": ADAPT,
  "keyword changed": CHECK_BOTH,
  "default changed": {
    todo: "Pass the former value where you rely on it: calls without the parameter now mean the new one.",
    isSilent: true,
  },
};

/**
 * @param describe returns a sentence about the change
 * @param haveTypesChanged if false, the compiler names no lines, so every change is silent
 * @returns lines; none if nothing breaks
 */
export function migrating(
  rows: readonly Row[],
  version: string,
  describe: (row: Row) => string,
  haveTypesChanged: boolean,
): string[] {
  const breaking = rows.filter((row) => row.class === "breaking");
  if (breaking.length === 0) return [];
  const silent = breaking.filter((row) => !haveTypesChanged || isSilent(row));
  const named = breaking.filter((row) => !silent.includes(row));
  const list = (title: string, some: readonly Row[]): string[] =>
    some.length === 0
      ? []
      : ["", title, "", ...some.map((row) => `- ${describe(row)} ${ADVICE[row.what]?.todo}`)];
  return [
    `## ${version}`,
    ...list("Silent: your code compiles, and behaves differently.", silent),
    ...list("The compiler names the lines of these.", named),
  ];
}

function isSilent({ what, before, after }: Row): boolean {
  // In TypeScript both are `number`.
  const types = [before, after].map((each) => each?.replaceAll("integer", "number"));
  return ADVICE[what]?.isSilent ?? (what.startsWith("type ") && types[0] === types[1]);
}
