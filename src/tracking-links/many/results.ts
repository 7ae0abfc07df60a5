import type { Redact } from "../../http/credentials.ts";
import { ImpactError } from "../../errors.ts";
import { redactCause } from "../../http/redact-cause.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import type { TrackingLink } from "../create.ts";

/** The result for one input: a link, or the error that says why there is none. */
export type CreateManyResult<Input = CreateTrackingLinkParams> =
  | {
      /** Position of the input, from 0. */
      readonly index: number;
      /** The very value that was given. */
      readonly input: Input;
      readonly ok: true;
      readonly link: TrackingLink;
      /** Whether the link was made for an earlier input. */
      readonly reused: boolean;
    }
  | {
      readonly index: number;
      /** The very value that was given; undefined if the inputs threw in its place. */
      readonly input: Input | undefined;
      readonly ok: false;
      readonly error: ImpactError;
    };

/** The error for code of the caller that threw where something was expected of it. */
export function callerThrew(expected: string, thrown: unknown, redact: Redact): ImpactError {
  const cause = redactCause(thrown, redact);
  const message = `Expected ${expected}, got an error: ${cause.message}`;
  return new ImpactError(message, { code: "invalid_input", outcome: "not_sent", cause });
}

/** The same refusal for a request that was not even sent. */
export function notSent(refusal: ImpactError): ImpactError {
  const { code, status, reason } = refusal;
  const message = `Not sent, since an earlier request was refused: ${refusal.message}`;
  return new ImpactError(message, { code, outcome: "not_sent", status, reason, cause: refusal });
}
