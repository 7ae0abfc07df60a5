// Written by `npm run generate` from spec/openapi.json. Do not edit: `npm run check` compares.

/** The OpenAPI document that this build was generated from. */
export interface Spec {
  /** Title of the document. */
  readonly title: string;
  /** Version of that document, sent as `IR-Version`. */
  readonly version: string;
  /** SHA-256 of spec/openapi.json, in hex. */
  readonly sha256: string;
  /** Where the API is served. */
  readonly server: string;
  /** Name and version of the generator of the types. */
  readonly generator: string;
}

/** Facts of a plain value. */
export interface ValueFacts {
  readonly type: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly format?: string;
}

/** Facts of a plain value, or of a list (`array`) or an object of plain values. */
export interface ParameterFacts extends ValueFacts {
  /** The name on the wire. */
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly default?: unknown;
  /** Of a list, or of an object that may have any name. */
  readonly items?: ValueFacts;
  readonly properties?: Readonly<Record<string, ValueFacts & { readonly required: boolean }>>;
  /** How OpenAPI writes a list or an object. */
  readonly style?: string;
  readonly explode?: boolean;
}

export interface OperationFacts {
  readonly method: string;
  readonly path: string;
  /** By the names in camelCase. Without the account, which the client has. */
  readonly params: Readonly<Record<string, ParameterFacts>>;
}

export const spec: Spec = /* @__PURE__ */ Object.freeze({
  "title": "Partner Tracking Links API",
  "version": "14",
  "sha256": "af216b8168497ec97512ef95d2539401307463ba30a080b2b8b6c2cc29f02748",
  "server": "https://api.impact.com",
  "generator": "openapi-typescript 7.13.0"
});

/** The part of `spec` that a client needs, so that bundles leave out the rest. */
export const defaults = {
  "apiVersion": "14",
  "baseUrl": "https://api.impact.com"
} as const;

export const createTrackingLink = {
  "method": "POST",
  "path": "/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks",
  "params": {
    "programId": {
      "name": "ProgramId",
      "in": "path",
      "required": true,
      "type": "string"
    },
    "type": {
      "name": "Type",
      "in": "query",
      "required": false,
      "type": "string",
      "enum": [
        "Regular",
        "Vanity"
      ],
      "default": "Regular"
    },
    "customPath": {
      "name": "CustomPath",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "adId": {
      "name": "AdId",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "deepLink": {
      "name": "DeepLink",
      "in": "query",
      "required": false,
      "type": "string",
      "format": "uri"
    },
    "mediaPartnerPropertyId": {
      "name": "MediaPartnerPropertyId",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "subId1": {
      "name": "subId1",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "subId2": {
      "name": "subId2",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "subId3": {
      "name": "subId3",
      "in": "query",
      "required": false,
      "type": "string"
    },
    "sharedId": {
      "name": "sharedId",
      "in": "query",
      "required": false,
      "type": "string"
    }
  }
} as const;

export const operations: {
  readonly createTrackingLink: typeof createTrackingLink;
} = { createTrackingLink };
