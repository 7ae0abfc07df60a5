import type { paths } from "../../generated/openapi.ts";

/** Whether an operation may be carried out twice; a function decides by the query. */
export type RetryRule = "always" | "never" | ((query: URLSearchParams) => boolean);

/** Rules by method and path, `POST /Things/{Id}`. An operation without one is not repeated, unless it is a GET. */
export type RetryRules = Readonly<Record<string, RetryRule>>;

/**
 * A second Regular link costs nothing. A second Vanity link takes another of the account's 5,000, or finds its path
 * taken. A CustomPath may make a Vanity link even without Type.
 */
const regularLinks: RetryRule = (query) =>
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
export const rules: Readonly<Record<Unsafe, RetryRule>> = {
  "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks": regularLinks,
};
