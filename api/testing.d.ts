// Written by `npm run types:report`. Do not edit: `npm run check` compares.

type Fault =
  | {
      status: number;
      body?: unknown;
      headers?: Record<string, string>;
    }
  | {
      network: "ECONNREFUSED" | "ECONNRESET";
    }
  | {
      dropAfterCommit: true;
    }
  | {
      delay: number;
    }
  | {
      stallBody: true;
    }
  | {
      truncateBody: true;
    };
interface CreateTrackingLinkParams {
  programId: string;
  type?: "Regular" | "Vanity" | undefined;
  customPath?: string | undefined;
  adId?: string | undefined;
  deepLink?: string | undefined;
  mediaPartnerPropertyId?: string | undefined;
  subId1?: string | undefined;
  subId2?: string | undefined;
  subId3?: string | undefined;
  sharedId?: string | undefined;
}
type TrackingLinkType = NonNullable<CreateTrackingLinkParams["type"]>;
interface FakeLink {
  readonly url: string;
  readonly type: TrackingLinkType;
  readonly programId: string;
  readonly customPath?: string;
  readonly params: Readonly<Record<string, string>>;
}
interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly ignored: readonly string[];
  readonly time: number;
}
interface FakeImpactOptions {
  accountSid?: string;
  authToken?: string;
  programs?: readonly string[] | FakePrograms;
  mediaPartnerProperties?: readonly string[];
  vanityLimit?: number;
  rateLimit?: {
    limit: number;
    windowMs: number;
  };
  trackingDomain?: string;
  now?: () => number;
}
type FakePrograms = Readonly<
  Record<
    string,
    {
      readonly deepLinkDomains?: readonly string[];
    }
  >
>;
interface FakeImpact {
  readonly fetch: typeof globalThis.fetch;
  readonly links: readonly FakeLink[];
  readonly requests: readonly RecordedRequest[];
  failNext(...faults: Fault[]): void;
  reset(): void;
}
declare function createFakeImpact(options?: FakeImpactOptions): FakeImpact;
export {
  type FakeImpact,
  type FakeImpactOptions,
  type FakeLink,
  type FakePrograms,
  type Fault,
  type RecordedRequest,
  createFakeImpact,
};
