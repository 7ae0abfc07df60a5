import { createTrackingLink } from "../generated/operations.ts";
import { unexpected } from "./answer.ts";
import type { Api, TrackingLinkBody } from "./api.ts";
import type { Redact } from "./credentials.ts";
import { ImpactError, isImpactError } from "./errors.ts";
import { badInput } from "./expect.ts";
import type { Call, ParsedAnswer } from "./fetch.ts";
import { readTrackingUrl } from "./link.ts";
import type { Settings } from "./options.ts";
import {
  DEFAULT_TYPE,
  entriesOf,
  toWire,
  type CreateTrackingLinkParams,
  type TrackingLinkType,
  type WireParams,
} from "./params.ts";

/** A link that the API made. */
export interface TrackingLink {
  /** The link to publish: as the API gave it, with `https://` in front if it came without a scheme. */
  readonly url: string;
  /** The type that was asked for. */
  readonly type: TrackingLinkType;
  /** The program that it is for. */
  readonly programId: string;
  /** The API's answer as it was sent. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What a link is asked for with: checked, and a copy, since the caller's object may change meanwhile. */
export interface LinkRequest extends WireParams {
  readonly type: TrackingLinkType;
  readonly programId: string;
}

/** What a request needs besides its parameters. */
interface LinkCall extends Pick<Call, "timeout" | "maxRetries" | "index"> {
  readonly signal?: AbortSignal;
}

/** The operation in two halves, so that what was asked for can be looked at before it is sent. */
export interface LinkOperation {
  /** Throws `invalid_input` for the first thing that is wrong. */
  readonly check: (params: CreateTrackingLinkParams) => LinkRequest;
  readonly send: (request: LinkRequest, call: LinkCall) => Promise<TrackingLink>;
}

export function createLinkOperation(api: Api, { accountSid, redact }: Settings): LinkOperation {
  const take = (answer: ParsedAnswer): Taken => takeLink(answer, redact);
  return {
    check(params) {
      const wire = withoutSecrets(redact, () => {
        refuseSecrets(params, redact);
        return toWire(params);
      });
      const { programId, type = DEFAULT_TYPE } = params;
      return { ...wire, programId, type };
    },
    async send({ path, query, type, programId }, call) {
      const { response } = await api.POST(createTrackingLink.path, {
        params: { path: { AccountSID: accountSid, ...path }, query },
        // The layers have read the body; openapi-fetch is not to read it once more.
        parseAs: "stream",
        take,
        ...call,
      });
      const { error, value } = response as unknown as ParsedAnswer;
      if (error) throw error;
      const { url, raw } = value as Taken;
      return { url, type, programId, raw };
    },
  };
}

type Taken = Pick<TrackingLink, "url" | "raw">;

/** The link in a 2xx. Anything but a link is an error: no link is guessed. */
function takeLink(answer: ParsedAnswer, redact: Redact): Taken {
  const { body } = answer;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw unexpected(answer, "JSON that is no object", redact);
  }
  // What the document promises is not yet there.
  const answered: Partial<TrackingLinkBody> & { Status?: unknown } = body;
  const { TrackingURL: given, Status: status } = answered;
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
export function withoutSecrets<T>(redact: Redact, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isImpactError(error)) throw error;
    const { code, outcome, fields, message } = error;
    throw new ImpactError(redact(message), { code, outcome, fields: redact(fields) });
  }
}
