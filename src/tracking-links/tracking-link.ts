import type { operations } from "../../generated/openapi.ts";
import { createTrackingLink } from "../../generated/operations.ts";
import { readAnswer, readText, unexpected, type Received } from "../http/response.ts";
import type { Reader } from "../http/transport.ts";
import type { Redact } from "../http/credentials.ts";
import { ImpactError, isImpactError } from "../errors.ts";
import { createIds } from "../events.ts";
import type { Answer, Call, Fetch } from "../http/timeout.ts";
import { readTrackingUrl } from "./link.ts";
import type { Settings } from "../options.ts";
import {
  DEFAULT_TYPE,
  checkParams,
  type CheckedParams,
  type CreateTrackingLinkParams,
  type TrackingLinkType,
} from "./params.ts";
import { createPathWriter } from "../http/path.ts";

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

/** What a link is asked for with. */
export interface LinkRequest extends CheckedParams {
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
  readonly send: (request: LinkRequest, call: LinkCall) => Promise<LinkAnswer>;
}

export function createLinkOperation(
  send: Fetch<LinkAnswer>,
  { accountSid, baseUrl, redact }: Settings,
): LinkOperation {
  const { method, path: template } = createTrackingLink;
  const account = encodeURIComponent(accountSid);
  const writePath = createPathWriter(baseUrl + template.replace(`{${ACCOUNT}}`, account));
  const nextId = createIds();
  return {
    check(params) {
      const { given, path, query } = withoutSecrets(redact, () => checkParams(params, redact));
      const { programId, type = DEFAULT_TYPE } = given;
      return { given, path, query, programId, type };
    },
    send({ path, query }, call) {
      return send({ id: nextId(), method, url: writePath(path) + query, ...call }, 1);
    },
  };
}

/** The link that was asked for, or the reason why there is none, thrown. */
export function linkOf(
  { type, programId }: LinkRequest,
  { value, error }: LinkAnswer,
): TrackingLink {
  if (value === undefined) throw error;
  return { url: value.url, type, programId, raw: value.raw };
}

type Operation = operations["createTrackingLink"];

/** Of the path's parameters, the one that belongs to the client. */
const ACCOUNT: keyof Operation["parameters"]["path"] = "AccountSID";

type Body = Operation["responses"]["200"]["content"]["application/json"];

/** An answer with what was asked for, unless it has an error. */
export interface LinkAnswer extends Answer {
  readonly value?: Taken | undefined;
}

type Taken = Pick<TrackingLink, "url" | "raw">;

export const linkReader: Reader<LinkAnswer> = {
  body: readText,
  answer(response, content, call, attempt, redact) {
    const { status } = response;
    const value = readAnswer(response, content, call, attempt, redact, takeLink);
    return value instanceof ImpactError ? { status, error: value } : { status, value };
  },
};

/** The link in a 2xx. Anything but a link is an error: no link is guessed. */
function takeLink(received: Received, redact: Redact): Taken | ImpactError {
  const { body } = received;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return unexpected(received, "JSON that is no object", redact);
  }
  // What the document promises is not yet there.
  const answered: Partial<Body> & { Status?: unknown } = body;
  const { TrackingURL: given, Status: status } = answered;
  if (typeof status === "string" && /^error$/i.test(status))
    return unexpected(received, "Status ERROR", redact);
  if (given === undefined) return unexpected(received, "no TrackingURL", redact);
  const raw = redact(body as Record<string, unknown>);
  const url = raw["TrackingURL"] === given ? readTrackingUrl(given) : undefined;
  if (url === undefined) return unexpected(received, "a TrackingURL that is no link", redact);
  return { url, raw };
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
