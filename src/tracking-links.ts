import { createTrackingLink } from "../generated/operations.ts";
import { unexpected } from "./answer.ts";
import type { Api, TrackingLinkBody } from "./api.ts";
import type { Redact } from "./credentials.ts";
import { ImpactError, isImpactError } from "./errors.ts";
import { badInput } from "./expect.ts";
import type { ParsedAnswer } from "./fetch.ts";
import { readTrackingUrl } from "./link.ts";
import { readRequestOptions, type RequestOptions, type Settings } from "./options.ts";
import {
  DEFAULT_TYPE,
  entriesOf,
  toWire,
  type CreateTrackingLinkParams,
  type TrackingLinkType,
} from "./params.ts";

/** A link that the API made. */
export interface TrackingLink {
  /** The link to publish: as the API gave it, with `https://` in front if it came without a scheme. */
  readonly url: string;
  readonly type: TrackingLinkType;
  readonly programId: string;
  /** The API's answer as it was sent. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface TrackingLinks {
  /**
   * Creates a tracking link for a program that the account has joined.
   *
   * It resolves to a link that the API has made, or rejects with an {@link ImpactError} that says why there
   * is none; a caller's abort rejects with the signal's reason.
   *
   * A Regular link is asked for again after a failure, up to `maxRetries` times. A Vanity link is not, unless
   * it is known that none was made: it would take another of the account's 5,000.
   *
   * @example
   * const { url } = await impact.trackingLinks.create({ programId: "1000", subId1: "newsletter" });
   * @see https://integrations.impact.com/partner-api-reference/partner-v14/reference/tracking-links/trackinglinks
   */
  create(params: CreateTrackingLinkParams, options?: RequestOptions): Promise<TrackingLink>;
}

export function createTrackingLinks(api: Api, settings: Settings): TrackingLinks {
  const { accountSid, redact } = settings;
  return Object.freeze({
    async create(params: CreateTrackingLinkParams, options?: RequestOptions) {
      const { path, query, call } = redacted(redact, () => {
        refuseSecrets(params, redact);
        return { ...toWire(params), call: readRequestOptions(options, settings) };
      });
      // As they are now: the caller's object may change while the call is under way.
      const { programId, type = DEFAULT_TYPE } = params;
      try {
        const { response } = await api.POST(createTrackingLink.path, {
          params: { path: { AccountSID: accountSid, ...path }, query },
          // The layers have read the body; openapi-fetch is not to read it once more.
          parseAs: "stream",
          take: (answer: ParsedAnswer) => takeLink(answer, redact),
          ...call,
        });
        const { error, value } = response as unknown as ParsedAnswer;
        if (error) throw error;
        const { url, raw } = value as Taken;
        return { url, type, programId, raw };
      } catch (error) {
        // The timers between here and there cut the stack; this one names the caller.
        if (isImpactError(error)) Error.captureStackTrace?.(error);
        throw error;
      }
    },
  });
}

type Taken = Pick<TrackingLink, "url" | "raw">;

/** The link in a 2xx. Anything but a link is an error: no link is guessed. */
function takeLink(answer: ParsedAnswer, redact: Redact): Taken {
  const { body } = answer;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw unexpected(answer, "JSON that is no object", redact);
  }
  const { TrackingURL: given, Status: status }: TrackingLinkBody & { Status?: unknown } = body;
  if (/^error$/i.test(String(status))) throw unexpected(answer, "Status ERROR", redact);
  if (given === undefined) throw unexpected(answer, "no TrackingURL", redact);
  const raw = redact(body as Record<string, unknown>);
  const url = raw["TrackingURL"] === given ? readTrackingUrl(given) : undefined;
  if (url === undefined) throw unexpected(answer, "a TrackingURL that is no link", redact);
  return { url, raw };
}

/** A tracking link is public, and what is given here becomes a part of it. */
function refuseSecrets(params: CreateTrackingLinkParams, redact: Redact): void {
  for (const [name, value] of entriesOf(params)) {
    if (redact(value) !== value && typeof value === "string") {
      const expected = `\`${name}\` without credentials`;
      throw badInput("invalid_input", name, expected, "one that holds them");
    }
  }
}

/** A message shows the input that it refuses, and credentials may stand where they do not belong. */
function redacted<T>(redact: Redact, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isImpactError(error)) throw error;
    const { code, outcome, fields, message } = error;
    throw new ImpactError(redact(message), { code, outcome, fields: redact(fields) });
  }
}
