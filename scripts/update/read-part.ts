/** Reads a source, and validates the document in it. */
import { bundleDocuments } from "../openapi/bundle.ts";
import { operationsOf, Refusal, vendorVersion } from "../openapi/document.ts";
import { documentsIn, readSource } from "../openapi/sources.ts";
import type { OpenApi } from "../openapi/types.ts";
import { resolveExternalRefs } from "../openapi/external-refs.ts";
import { expectSupported, upgradeTo31, validate } from "../openapi/validate.ts";
import { withoutWebhooks } from "../openapi/webhooks.ts";
import { uniqueIds } from "./operation-ids.ts";
import { mergeParts, type Part } from "./parts.ts";

/**
 * Reads a source as a part of the bundle. If its page has a document for each operation, these are bundled.
 *
 * @param io `timeout` in milliseconds
 */
export async function readPart(
  source: string,
  io: { stdin: AsyncIterable<Uint8Array | string>; timeout?: number },
): Promise<{ part: Part; warnings: string[] }> {
  const { address: page, file, text } = await readSource(source, io);
  const documents: OpenApi[] = [];
  const warnings: string[] = [];
  const found = documentsIn(source, text);
  for (const [index, each] of found.entries()) {
    const name = found.length === 1 ? source : `${source} (document ${index + 1})`;
    warnings.push(...stringify(each).map((line) => `${name}: ${line}`));
    expectSupported(name, each);
    const whole = await resolveExternalRefs(name, each, file);
    const problems = await validate(whole);
    if (problems.errors.length > 0) {
      const lines = problems.errors.map((line) => `  ${line}`).join("\n");
      throw new Refusal(`${name}: Expected a valid OpenAPI document, got:\n${lines}`);
    }
    warnings.push(...problems.warnings.map((line) => `${name}: ${line}`));
    if (vendorVersion(whole) === undefined) {
      const got = JSON.stringify(whole.info.version);
      warnings.push(
        `${name}: #/info/version: Expected one of the vendor's versions, such as "16", got ${got}.`,
      );
    }
    const kept = withoutWebhooks(upgradeTo31(whole));
    warnings.push(...kept.warnings.map((line) => `${name}: ${line}`));
    documents.push(kept.document);
  }
  const date = new Date().toISOString().slice(0, 10);
  const whole = bundlePage(documents.map((document) => ({ page, date, document })));
  warnings.push(...whole.warnings.map((line) => `${source}: ${line}`));
  if (operationsOf(whole.document).length === 0) warnings.push(`${source}: #/paths: No operation.`);
  return { part: { page, date, document: whole.document }, warnings };
}

/** Bundles the documents of one page. */
function bundlePage(given: readonly Part[]): { document: OpenApi; warnings: string[] } {
  const [first] = given;
  if (first === undefined) throw new Error("Expected at least one document");
  const { parts, warnings } = mergeParts([], given);
  if (parts.length === 0) return { document: first.document, warnings };
  const unique = uniqueIds(parts);
  const whole = bundleDocuments(unique.documents, first.document.info);
  return { ...whole, warnings: [...warnings, ...unique.warnings, ...whole.warnings] };
}

/**
 * Turns numbers into strings, because YAML reads `version: 16` and `openapi: 3.1` as numbers.
 *
 * @returns warnings
 */
function stringify(document: OpenApi): string[] {
  const warnings: string[] = [];
  const warn = (place: string): unknown =>
    warnings.push(`#/${place}: Expected a string, got a number; it is converted.`);
  const { openapi, info }: { openapi?: unknown; info?: { version: unknown } } = document;
  if (typeof openapi === "number") {
    document.openapi = `${openapi.toFixed(1)}.0`;
    warn("openapi");
  }
  if (typeof info?.version === "number") {
    document.info.version = String(info.version);
    warn("info/version");
  }
  return warnings;
}
