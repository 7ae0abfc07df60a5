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

/** Suffix of messages about inputs, because the option `params` accepts inputs of any type. */
export type OrUseParams = " or the option `params`";

/**
 * `Params` if a type is right, else a type that names the mistake and that it is not assignable to. `any` and `unknown`
 * count as right.
 */
export type CheckedParams<Given, Suffix extends string = ""> = unknown extends Given
  ? Params
  : [Mistake<Given>] extends [never]
    ? // Editors then show the docs of `Params`. Only a row with `type: string` is not assignable to it.
      [Given] extends [Params]
      ? Params
      : Given
    : [MissingKey<Given> | UnknownKey<Given>] extends [never]
      ? // Only types of values are wrong. The compiler's message then shows the right types, too.
        Pick<Params, WrongKey<Given>>
      : Mistake<Given, Suffix>;

/** The most important mistake as a text. Never if there is none, because a template of `never` is `never`. */
export type Mistake<Given, Suffix extends string = ""> = [MissingKey<Given>] extends [never]
  ? [UnknownKey<Given>] extends [never]
    ? `Expected another type of \`${WrongKey<Given>}\`${Suffix}`
    : `Expected a known parameter${Suffix}, got \`${UnknownKey<Given>}\``
  : Given extends PromiseLike<unknown>
    ? `Expected parameters${Suffix}, got a promise`
    : `Expected \`${MissingKey<Given>}\`${Suffix}`;

type RequiredKey = {
  [Key in keyof Params]-?: {} extends Pick<Params, Key> ? never : Key;
}[keyof Params];

/** Required parameters that a type lacks. */
type MissingKey<Given> = {
  [Key in RequiredKey]: [Given] extends [Record<Key, unknown>] ? never : Key;
}[RequiredKey];

/** Distributes over a union: a mistake in one member counts. A type with an index signature may have any key. */
type UnknownKey<Given> =
  Given extends Record<RequiredKey, unknown>
    ? string extends keyof Given
      ? never
      : Exclude<keyof Given, keyof Params> & (string | number)
    : never;

/** Distributes, too. `Pick` of an absent key is `{}`, which fits an optional parameter. */
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

/** A row in a variable has `type: string`, which may hold a right value. It is checked at run time. */
type Widened<Given, Key extends keyof Params> = Key extends keyof Given
  ? string extends Given[Key]
    ? Params[Key] extends string | undefined
      ? Readonly<Partial<Record<Key, string | undefined>>>
      : never
    : never
  : never;
