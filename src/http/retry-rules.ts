import type { paths } from "../../generated/openapi.ts";
import { regularLinks, type Rule } from "./retry-policy.ts";

type Method = "put" | "post" | "delete" | "patch" | "options" | "trace";
type Unsafe = {
  [Path in keyof paths]: {
    [Key in Method]: paths[Path][Key] extends undefined ? never : `${Uppercase<Key>} ${Path}`;
  }[Method];
}[keyof paths];

/**
 * One row for every operation that is not a GET: without it this file does not compile. `"never"` is the row
 * to begin with, and `npm run spec:update` writes it; give it more only with evidence of what the operation
 * does when repeated. Apart from `replay.ts`, so that the main entry does not grow with the vendor's API.
 */
export const rules: Readonly<Record<Unsafe, Rule>> = {
  "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks": regularLinks,
};
