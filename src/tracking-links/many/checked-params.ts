/**
 * Types that name a mistake in the inputs of `createMany`, or in what `params` returns, on the first line of the
 * compiler's message. TypeScript alone accepts unknown keys of a variable, and says of any other mistake in an element
 * only that the whole iterable is not assignable.
 */
import type { CreateTrackingLinkParams } from "../params.ts";

type Params = CreateTrackingLinkParams;

/**
 * Any type, as a constraint. Its first member lets editors complete the parameters in a literal, and keeps
 * `type: "Vanity"` from being widened to string.
 */
export type Anything = Params | {} | null | undefined;

/** `readonly Input[]` stands by itself so that the compiler points into a literal. */
export type Inputs<Input> = readonly Input[] | Iterable<Input> | AsyncIterable<Input>;

/** Ends a message about inputs: they need not be parameters. */
export type OrParams = " or the option `params`";

/** Parameters if a type is one of them, else a type that names the mistake, to which it is not assignable. */
export type CheckedParams<Given, Otherwise extends string = ""> = unknown extends Given
  ? Params
  : [Mistake<Given>] extends [never]
    ? // Always `Params`: editors show their docs. `Given` is where the compiler infers it from.
      [Given] extends [Params]
      ? Params
      : Given
    : [MissingKey<Given> | UnknownKey<Given>] extends [never]
      ? // The compiler shows the types of both.
        Pick<Params, WrongKey<Given>>
      : Mistake<Given, Otherwise>;

/** What is wrong with a type of parameters, as a text; never if nothing is. */
export type Mistake<Given, Otherwise extends string = ""> =
  | `Expected \`${MissingKey<Given>}\`${Otherwise}`
  | `Expected a known parameter${Otherwise}, got \`${UnknownKey<Given>}\``
  | `Expected another type of \`${WrongKey<Given>}\`${Otherwise}`;

type RequiredKey = {
  [Key in keyof Params]-?: {} extends Pick<Params, Key> ? never : Key;
}[keyof Params];

type MissingKey<Given> = {
  [Key in RequiredKey]: [Given] extends [Record<Key, unknown>] ? never : Key;
}[RequiredKey];

/** Of any member of a union. */
type UnknownKey<Given> =
  Given extends Record<RequiredKey, unknown>
    ? string extends keyof Given
      ? never
      : Exclude<keyof Given, keyof Params> & string
    : never;

/** Of any member of a union. */
type WrongKey<Given> = Given extends Params
  ? never
  : Given extends Record<RequiredKey, unknown>
    ? {
        [Key in keyof Params]-?: Pick<Given, Key & keyof Given> extends
          Pick<Params, Key> | Widened<Given, Key>
          ? never
          : Key;
      }[keyof Params]
    : never;

/** A row in a variable has `type: string`, which may be a right value. It is checked at run time. */
type Widened<Given, Key extends keyof Params> = Key extends keyof Given
  ? string extends Given[Key]
    ? Params[Key] extends string | undefined
      ? Readonly<Partial<Record<Key, string | undefined>>>
      : never
    : never
  : never;
