import type { paths } from "../../generated/openapi.ts";

/** Whether to retry an operation if the first request may have been carried out. */
export type RetryRule = "always" | "never";

/** Rules by method and path, such as `POST /Things/{Id}`. Without a rule, only a GET is retried. */
export type RetryRules = Readonly<
  Record<string, RetryRule | ((query: URLSearchParams) => boolean)>
>;

/**
 * A second Regular link costs nothing. A second Vanity link uses up another of the account's 5,000, or is refused
 * because its path is in use. A CustomPath may create a Vanity link even without Type.
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
 * One row for each operation that is not a GET. If one is missing, this file does not compile. `npm run spec:update`
 * adds rows as `"never"`. Before you change one, find evidence that repeating the operation is harmless.
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
// Pure, so that bundlers drop it from a program that only extends links.
export const retryRules: RetryRules = /* @__PURE__ */ Object.assign({}, rules, exports);
