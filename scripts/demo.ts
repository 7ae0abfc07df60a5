/**
 * Shows the main use from end to end. Reads the vendor's page and generates the client. Then creates links over HTTP
 * with the fake API of the package, and shows the error of a refused call.
 *
 *     npm run demo
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type * as Package from "../src/index.ts";
import { operationsOf } from "./openapi/document.ts";
import { documentInPage } from "./openapi/read-page.ts";
import { readSpec } from "./update/spec-folder.ts";
import type { OpenApi } from "./openapi/types.ts";

const root = new URL("..", import.meta.url);
const step = (title: string) => console.log(`\n== ${title}`);
const summary = (document: OpenApi) => {
  const names = operationsOf(document).map(
    ({ place, operation }) => operation.operationId ?? place,
  );
  return `${document.info.title}, version ${document.info.version}: ${names.join(", ")}`;
};
const npm = (...args: string[]) => execFileSync("npm", args, { cwd: root, stdio: "inherit" });

step("1. The vendor's docs page, read");
const page = readFileSync(new URL("test/fixtures/trackinglinks-v14.md", root), "utf8");
const document = documentInPage(page);
console.log(summary(document));
const { parts } = readSpec(fileURLToPath(root));
const isKept = parts.some((part) => isDeepStrictEqual(part.document, document));
console.log(
  isKept
    ? "spec/ has the same document."
    : `spec/ has newer documents:\n${parts.map((part) => summary(part.document)).join("\n")}`,
);

step("2. Types generated from it");
npm("run", "generate", "--silent");

step("3. The package built");
npm("run", "build", "--silent");

step("4. The fake API, served over HTTP: impact-links sandbox");
const sandbox = spawn(
  process.execPath,
  ["dist/cli.js", "sandbox", "--port", "0", "--vanity-limit", "1"],
  {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  },
);
const [line] = await once(sandbox.stdout, "data");
const baseUrl = String(line).trim();
console.log(baseUrl);

try {
  const { createImpactClient, isImpactError } = (await import(
    new URL("dist/index.js", root).href
  )) as typeof Package;
  const impact = createImpactClient({ accountSid: "IRdemo", authToken: "demo-token", baseUrl });

  step("5. A Regular link");
  const regular = await impact.trackingLinks.create({
    programId: "1000",
    deepLink: "https://shop.example/shoes?color=blue",
    subId1: "newsletter",
  });
  console.log(regular.url);

  step("6. A Vanity link");
  const vanity = { programId: "1000", type: "Vanity" } as const;
  console.log((await impact.trackingLinks.create({ ...vanity, customPath: "SummerSale" })).url);

  step("7. A refusal: this account may hold one vanity link");
  const error = await impact.trackingLinks
    .create({ ...vanity, customPath: "WinterSale" })
    .catch((thrown: unknown) => thrown);
  if (!isImpactError(error) || error.code !== "vanity_limit_reached") throw error;
  console.log(`${error.name}: ${error.message}`);
  console.log(`code: ${error.code}, outcome: ${error.outcome}, status: ${error.status}`);
} finally {
  sandbox.kill();
}
