import type { Redact } from "../../http/credentials.ts";
import { ImpactError } from "../../errors.ts";
import { redactCause } from "../../http/redact-cause.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import type { TrackingLink } from "../create.ts";

/** The result for one input: a link or an error. */
export type CreateManyResult<Input = CreateTrackingLinkParams> =
  | {
      /** Position of the input, from 0. */
      readonly index: number;
      /** The input, not a copy. */
      readonly input: Input;
      /** True if there is a `link`, false if there is an `error`. */
      readonly ok: true;
      /** The link, as `create` resolves to it. */
      readonly link: TrackingLink;
      /** Whether the link was created for an earlier input. */
      readonly reused: boolean;
    }
  | {
      /** Position of the input, from 0. */
      readonly index: number;
      /** The input, not a copy; undefined if reading it threw. */
      readonly input: Input | undefined;
      /** True if there is a `link`, false if there is an `error`. */
      readonly ok: false;
      /** Why there is no link. Its `outcome` says whether one may exist. */
      readonly error: ImpactError;
    };

/** Creates the error for a value that the caller's code should have returned, but threw instead. */
export function callerThrew(expected: string, thrown: unknown, redact: Redact): ImpactError {
  const cause = redactCause(thrown, redact);
  const message = `Expected ${expected}, got an error: ${cause.message}`;
  return new ImpactError(message, { code: "invalid_input", outcome: "not_sent", cause });
}

/** Creates the error for a request that was not sent because an earlier refusal applies to it. */
export function notSent(refusal: ImpactError): ImpactError {
  const { code, status, reason } = refusal;
  const message = `Not sent, because an earlier request was refused: ${refusal.message}`;
  return new ImpactError(message, { code, outcome: "not_sent", status, reason, cause: refusal });
}
