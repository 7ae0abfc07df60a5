import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

// The limits are for our code. The facts of the vendor's document come on top: a parameter more makes a bundle as much
// larger as this file, compressed by itself.
const facts = gzipSync(readFileSync(new URL("generated/operations.ts", import.meta.url))).length;

export default [
  {
    name: "a program that calls create",
    path: "dist/index.js",
    import: "{ createImpactClient }",
    gzip: true,
    limit: `${17_670 + facts} B`,
  },
  {
    name: "a program that extends links",
    path: "dist/index.js",
    import: "{ extendTrackingLink }",
    gzip: true,
    limit: `${2400 + facts} B`,
  },
];
