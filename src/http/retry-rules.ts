import type { paths } from "../../generated/openapi.ts";

/** Whether an operation may be repeated if the first request may have been carried out. */
export type RetryRule = "always" | "never";

/** Rules by method and path, `POST /Things/{Id}`. An operation without one is repeated if it is a GET. */
export type RetryRules = Readonly<
  Record<string, RetryRule | ((query: URLSearchParams) => boolean)>
>;

/**
 * A second Regular link costs nothing. A second Vanity link takes another of the account's 5,000, or finds its path
 * taken. A CustomPath may make a Vanity link even without Type.
 */
const regularLinks = (query: URLSearchParams): boolean =>
  !query.has("CustomPath") && query.getAll("Type").every((type) => type === "Regular");

type Method = "put" | "post" | "delete" | "patch" | "options" | "trace";
type Unsafe = {
  [Path in keyof paths]: {
    [Key in Method]: paths[Path][Key] extends undefined ? never : `${Uppercase<Key>} ${Path}`;
  }[Method];
}[keyof paths];

/**
 * One row for every operation that is not a GET: without it this file does not compile. `npm run spec:update` adds
 * rows as `"never"`. Change one only with evidence of what the operation does when it is repeated.
 */
const rules: Readonly<Record<Unsafe, RetryRules[string]>> = {
  "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks": regularLinks,
};

/**
 * GETs that start an export. The API allows 100 report exports and 10 click exports a day:
 * https://integrations.impact.com/partner-api-reference/readme/rate-limits
 */
const exports: RetryRules = {
  "GET /Mediapartners/{AccountSID}/ReportExport/{Id}": "never",
  "GET /Mediapartners/{AccountSID}/ClickExport": "never",
};

/** All rules of the client. */
// Pure: a program that only extends links is bundled without them.
export const retryRules: RetryRules = /* @__PURE__ */ Object.assign({}, rules, exports);
