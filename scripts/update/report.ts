/** Formats the result of an update as text. */
import { GRAVEST_FIRST, type Class } from "../diff/change-classes.ts";
import type { Row } from "../diff/diff.ts";
import { migrating } from "./migrating.ts";
import type { WireDiff } from "./wire-diff.ts";

export interface Findings {
  rows: readonly Row[];
  warnings: readonly string[];
  /** Parameters and bodies that `create` cannot send. */
  unsendable: readonly string[];
  /** Keys of rows in the retry rules. */
  retryRules: { added: string[]; removed: string[] };
  /** Lines of the diff of the public types. */
  types: readonly string[];
  /** Lines of the generated types that differ. */
  generated: readonly string[];
  /** Compiler errors. */
  compile: readonly string[];
  requests: WireDiff;
  /** The present version of the package. */
  version: string;
}

export function report(findings: Findings): string {
  const { rows, warnings, unsendable, retryRules, types, generated, compile, requests } = findings;
  const next = nextVersion(findings);
  return [
    section("Warnings", warnings),
    section("Not sent by create(), only by impact.raw", unsendable),
    heading(rows),
    ...GRAVEST_FIRST.map((kind) =>
      section(kind, rows.filter((row) => row.class === kind).flatMap(rowLines)),
    ),
    section("Retry rules: src/http/retry-rules.ts", [
      ...retryRules.added.map((key) => `new row: "${key}": "never"`),
      ...retryRules.removed.map((key) => `deleted row: "${key}": "never"`),
    ]),
    section(
      "Types changed, although no change above says so",
      reasonOf(findings) === "types" ? generated : [],
    ),
    section("Public types", types.length > 0 ? types : ["unchanged"]),
    section("src/ against the new types", compile.length > 0 ? compile : ["compiles"]),
    wire(requests),
    section("Semver", [semver(findings)]),
    section("CHANGELOG entry", changelog(findings)),
    section("MIGRATING entry", migrating(rows, next, inWords, generated.length > 0)),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function wire(requests: WireDiff) {
  if ("unknown" in requests) return `Requests: unknown, since ${requests.unknown}`;
  return requests.lines.length > 0 ? section("Requests", requests.lines) : "Requests: unchanged";
}

function heading(rows: readonly Row[]) {
  const counts = GRAVEST_FIRST.map((kind) => [
    kind,
    rows.filter((row) => row.class === kind).length,
  ]);
  const list = counts.filter(([, count]) => count !== 0).map(([kind, count]) => `${count} ${kind}`);
  return list.length > 0 ? `Changes: ${list.join(", ")}` : "Changes: none";
}

function section(title: string, lines: readonly string[]) {
  return lines.length === 0
    ? ""
    : [title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}

function rowLines({ place, what, before, after }: Row) {
  const [was, is] = excerpts(before, after);
  return [
    `${place}: ${what}`,
    ...(was === undefined ? [] : [`  was ${was}`]),
    ...(is === undefined ? [] : [`  is  ${is}`]),
  ];
}

const MAX_LENGTH = 120;

/** Shortens two long texts to the part where they differ. */
function excerpts(before: string | undefined, after: string | undefined): (string | undefined)[] {
  const [was = "", is = ""] = [before, after];
  let same = 0;
  while (same < was.length && same < is.length && was[same] === is[same]) same++;
  const start = Math.max(0, same - 30);
  return [before, after].map((text) => {
    if (text === undefined) return undefined;
    const line = text.replaceAll("\n", "\\n");
    if (line.length <= MAX_LENGTH) return line === "" ? '""' : line;
    const cut = text.slice(start, start + MAX_LENGTH).replaceAll("\n", "\\n");
    return `${start > 0 ? "…" : ""}${cut}${start + MAX_LENGTH < text.length ? "…" : ""}`;
  });
}

/** Returns the most severe change. Also considers changes of types and requests that no row reports. */
function reasonOf({
  rows,
  generated,
  requests,
}: Findings): Class | "types" | "requests" | undefined {
  const gravest = GRAVEST_FIRST.find((kind) => rows.some((row) => row.class === kind));
  if (gravest === "breaking" || gravest === "wire") return gravest;
  if ("lines" in requests && requests.lines.length > 0) return "requests";
  return gravest !== "additive" && generated.length > 0 ? "types" : gravest;
}

/** Returns the version step and its reason. `^0.1.0` allows only patches, so a breaking change of a 0.x is a minor. */
function semver(findings: Findings) {
  const { version } = findings;
  const reason = reasonOf(findings);
  if (reason === undefined) return "no release: nothing changed";
  const isZero = version.startsWith("0.");
  const why = {
    breaking: isZero ? "in 0.x, a breaking change is a minor" : "a breaking change",
    wire: "requests send a new version of the API",
    requests: "requests changed",
    additive: isZero ? "in 0.x, an addition is a patch" : "an addition",
    types: "types changed",
    docs: "documentation only",
  };
  return `${stepOf(reason, isZero)}: ${version} → ${nextVersion(findings)} (${why[reason]})`;
}

function stepOf(reason: Class | "types" | "requests", isZero: boolean) {
  if (reason === "breaking") return isZero ? "minor" : "major";
  if (reason === "docs" || (reason === "additive" && isZero)) return "patch";
  return "minor";
}

function nextVersion(findings: Findings) {
  const reason = reasonOf(findings);
  const [major = 0, minor = 0, patch = 0] = findings.version.split(/[.-]/).map(Number);
  const step = reason && stepOf(reason, major === 0);
  if (step === "major") return `${major + 1}.0.0`;
  if (step === "minor") return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + (step === "patch" ? 1 : 0)}`;
}

function changelog(findings: Findings): string[] {
  const { rows } = findings;
  const reason = reasonOf(findings);
  if (reason === undefined) return [];
  const of = (kind: Class) => rows.filter((row) => row.class === kind);
  const docs = of("docs").length;
  return [
    `## ${nextVersion(findings)}`,
    "",
    ...of("breaking").map((row) => `- **Breaking**: ${inWords(row)}`),
    ...of("wire").map(
      ({ before, after }) => `- Every request sends \`IR-Version: ${after}\` instead of ${before}.`,
    ),
    ...(reason === "requests" ? ["- Requests changed."] : []),
    ...of("additive").map((row) => `- ${inWords(row)}`),
    ...(reason === "types" ? ["- The types of `impact.raw` changed."] : []),
    ...(docs > 0
      ? [`- The vendor's documentation changed in ${docs === 1 ? "one place" : `${docs} places`}.`]
      : []),
  ];
}

function inWords({ place, what, before, after }: Row) {
  const [was, is] = excerpts(before, after);
  const isChanged = was !== undefined && is !== undefined;
  const values = isChanged ? `was \`${was}\`, is \`${is}\`` : `\`${was ?? is}\``;
  return `\`${place}\`: ${what} (${values}).`;
}
