export { createImpactClient, type ImpactClient } from "./client.ts";
export type { ImpactClientOptions, RequestOptions } from "./options.ts";
export type { RetryRule } from "./http/retry-rules.ts";

export type { TrackingLink } from "./tracking-links/create.ts";
export type { TrackingLinks } from "./tracking-links/tracking-links.ts";
export type { CreateManyOptions } from "./tracking-links/many/options.ts";
export type { CreateManyResult } from "./tracking-links/many/results.ts";
export type { CreateTrackingLinkParams, TrackingLinkType } from "./tracking-links/params.ts";

export { extendTrackingLink, parseTrackingLink } from "./tracking-links/link.ts";
export type { ParsedTrackingLink, TrackingLinkExtension } from "./tracking-links/link.ts";

export type { RawClient } from "./http/raw-client.ts";
export { toImpactError, type RawResult } from "./http/raw-error.ts";
export { pages, type ListPath, type Page, type PagesOptions } from "./pages.ts";

export { ImpactError, isImpactError } from "./errors.ts";
export type { FieldError, ImpactErrorCode, ImpactErrorDetails, Outcome } from "./errors.ts";
export type { ImpactEvent, RequestEvent, ResponseEvent, RetryEvent } from "./events.ts";
export type { CallWaitEvent, QuotaWaitEvent, WaitEvent } from "./events.ts";
export type { Quota } from "./quota.ts";

export type { components, operations, paths } from "../generated/openapi.ts";
export { spec, type Spec } from "../generated/operations.ts";
