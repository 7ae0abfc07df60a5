/**
 * Takes the OpenAPI document out of a saved docs page and keeps it in spec/, with its provenance.
 *
 *     npm run spec:import -- <page.md> <url of the page>
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { documentInPage } from "./read-page.mjs";

const [file, page] = process.argv.slice(2);
if (file === undefined || page === undefined || !URL.canParse(page)) {
  console.error("Usage: npm run spec:import -- <page.md> <url of the page>");
  process.exit(2);
}

const document = documentInPage(readFileSync(file, "utf8"));
const text = `${JSON.stringify(document, null, 2)}\n`;
const source = {
  page,
  title: document.info.title,
  version: document.info.version,
  sha256: createHash("sha256").update(text).digest("hex"),
  date: new Date().toISOString().slice(0, 10),
};
const specFolder = new URL("../spec/", import.meta.url);
writeFileSync(new URL("openapi.json", specFolder), text);
writeFileSync(new URL("source.json", specFolder), `${JSON.stringify(source, null, 2)}\n`);
console.log(`spec/openapi.json: ${source.title} ${source.version}, sha-256 ${source.sha256}`);
