import { createTrackingLink, type ParameterFacts } from "../../generated/operations.ts";
import { badInput, kindOf, show, unknownName } from "../validate.ts";
import { checkValue } from "./check-value.ts";

/** A list or an object of plain values, as text. */
export type Composite = readonly string[] | Readonly<Record<string, string>>;

export function isComposite({ type }: ParameterFacts): boolean {
  return type === "array" || type === "object";
}

/** Checks a list or an object by the document's facts of its parameter. */
export function checkComposite(name: string, value: unknown, facts: ParameterFacts): Composite {
  return facts.type === "array" ? checkList(name, value, facts) : checkObject(name, value, facts);
}

function checkList(name: string, value: unknown, { items = TEXT }: ParameterFacts): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw badInput(
      "invalid_input",
      name,
      `\`${name}\` to be a list that is not empty`,
      show(value),
    );
  }
  // Not `map`, which would leave out holes.
  return Array.from(value, (each, index) => checkValue(`${name}[${index}]`, each, items));
}

function checkObject(
  name: string,
  value: unknown,
  { items = TEXT, properties, style, explode }: ParameterFacts,
): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badInput("invalid_input", name, `\`${name}\` to be an object`, kindOf(value));
  }
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  if (given.length === 0) {
    throw badInput("invalid_input", name, `\`${name}\` to have values`, "an empty object");
  }
  const checked: [string, string][] = given.map(([key, each]) => {
    const facts = properties === undefined ? items : new Map(Object.entries(properties)).get(key);
    const isParameter = style === "form" && explode && NAMES.has(key.toLowerCase());
    if (facts === undefined || isParameter || !WRITTEN_AS_IS.test(key)) {
      const got = properties ? unknownName(key, Object.keys(properties)) : show(key);
      throw badInput("invalid_input", name, `a valid name in \`${name}\``, got);
    }
    return [key, checkValue(`${name}.${key}`, each, facts)];
  });
  for (const [key, { required }] of Object.entries(properties ?? {})) {
    if (!required || checked.some(([own]) => own === key)) continue;
    throw badInput("invalid_input", name, `\`${name}.${key}\``, "none");
  }
  return Object.fromEntries(checked);
}

/** An exploded form writes each name of an object as a parameter of its own. */
const NAMES = /* @__PURE__ */ new Set(
  /* @__PURE__ */ Object.values<ParameterFacts>(createTrackingLink.params).map(({ name }) =>
    name.toLowerCase(),
  ),
);

/** Names that no style has to encode. */
const WRITTEN_AS_IS = /^[\w.-]+$/;

const TEXT = { type: "string" } as const;
