/**
 * Notes that the generator puts before the vendor's text if the text contradicts itself or if `create` does more. Keyed
 * by operation, then by the parameter's name in the document. If the document drops a parameter, this file does not
 * compile until its note is deleted.
 */
import type { createTrackingLink } from "../generated/operations.ts";

interface Note {
  readonly text: string;
  /** Printed before the document's default: `<this>, else <default>`. */
  readonly default?: string;
}

type Parameters = typeof createTrackingLink.params;
type Name = Parameters[keyof Parameters]["name"];

export const PARAMETER_NOTES: Readonly<Record<string, Readonly<Record<string, Note>>>> = {
  createTrackingLink: {
    Type: {
      text: 'Set `"Vanity"` for a Vanity link with a random path. `customPath` implies it, and cannot be combined with `"Regular"`.',
      default: "Vanity with `customPath`",
    },
    CustomPath: {
      text: 'Makes a Vanity link. Omit it with `type: "Vanity"` to get a random path.',
    },
  } satisfies Partial<Record<Name, Note>>,
};
