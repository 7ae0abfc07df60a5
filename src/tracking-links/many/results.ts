import type { Redact } from "../../http/credentials.ts";
import { ImpactError } from "../../errors.ts";
import { redactCause } from "../../http/redact-cause.ts";
import type { CreateTrackingLinkParams } from "../params.ts";
import { isRetryable } from "../../http/retry-policy.ts";
import type { TrackingLink } from "../create.ts";

/** What became of one input. */
export type CreateManyResult =
  | {
      /** The position among the inputs, from 0. */
      readonly index: number;
      /** The input as it was given. */
      readonly params: CreateTrackingLinkParams;
      readonly ok: true;
      readonly link: TrackingLink;
      /** Whether the link was made for an earlier input. */
      readonly reused: boolean;
    }
  | {
      readonly index: number;
      /** The input as it was given; undefined if the inputs threw where it should have been. */
      readonly params: CreateTrackingLinkParams | undefined;
      readonly ok: false;
      readonly error: ImpactError;
    };

/** The inputs, or one of them, threw when they were looked at. */
export function unreadable(what: string, thrown: unknown, redact: Redact): ImpactError {
  const cause = redactCause(thrown, redact);
  const message = `Expected ${what}, got an error: ${cause.message}`;
  return new ImpactError(message, { code: "invalid_input", outcome: "not_sent", cause });
}

/** Whether an identical request may be sent although this one failed. */
export function isWorthRepeating(error: ImpactError): boolean {
  return error.method === undefined || isRetryable(error);
}

/** The same refusal for a request that was not even sent. */
export function notSent(refusal: ImpactError): ImpactError {
  const { code, status, reason } = refusal;
  const message = `Not sent, since an earlier request was refused: ${refusal.message}`;
  return new ImpactError(message, { code, outcome: "not_sent", status, reason, cause: refusal });
}
