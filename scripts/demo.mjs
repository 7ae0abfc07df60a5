/**
 * The main job from end to end on real input: the vendor's page in, a typed client out, links made over real
 * HTTP by the fake API that the package ships, and a refusal shown as the error that a user would see.
 *
 *     npm run demo
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { operationsOf } from "./document.mjs";
import { documentInPage } from "./read-page.mjs";
import { readSpec } from "./spec-folder.mjs";

const root = new URL("..", import.meta.url);
/** @param {string} title */
const step = (title) => console.log(`\n== ${title}`);
/** @param {import("./document.mjs").Json} document */
const told = (document) => {
  const names = operationsOf(document).map(
    ({ place, operation }) => operation["operationId"] ?? place,
  );
  return `${document["info"].title}, version ${document["info"].version}: ${names.join(", ")}`;
};
/** @param {string[]} args */
const npm = (...args) => execFileSync("npm", args, { cwd: root, stdio: "inherit" });

step("1. The vendor's docs page, read");
const page = readFileSync(new URL("test/fixtures/trackinglinks-v14.md", root), "utf8");
const document = documentInPage(page);
console.log(told(document));
const { parts } = readSpec(fileURLToPath(root));
const isKept = parts.some((part) => isDeepStrictEqual(part.document, document));
console.log(
  isKept
    ? "spec/ holds this very document."
    : `spec/ has gone on since:\n${parts.map((part) => told(part.document)).join("\n")}`,
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
  /** @type {typeof import("../src/index.ts")} */
  const { createImpactClient, isImpactError } = await import(new URL("dist/index.js", root).href);
  const impact = createImpactClient({ accountSid: "IRdemo", authToken: "demo-token", baseUrl });

  step("5. A Regular link");
  const regular = await impact.trackingLinks.create({
    programId: "1000",
    deepLink: "https://shop.example/shoes?color=blue",
    subId1: "newsletter",
  });
  console.log(regular.url);

  step("6. A Vanity link");
  const vanity = /** @type {const} */ ({ programId: "1000", type: "Vanity" });
  console.log((await impact.trackingLinks.create({ ...vanity, customPath: "SummerSale" })).url);

  step("7. A refusal: this account may hold one vanity link");
  const error = await impact.trackingLinks
    .create({ ...vanity, customPath: "WinterSale" })
    .catch((/** @type {unknown} */ thrown) => thrown);
  if (!isImpactError(error) || error.code !== "vanity_limit_reached") throw error;
  console.log(`${error.name}: ${error.message}`);
  console.log(`code: ${error.code}, outcome: ${error.outcome}, status: ${error.status}`);
} finally {
  sandbox.kill();
}
