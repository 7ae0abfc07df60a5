import { GRAVEST_FIRST } from "./change-classes.mjs";

/**
 * What an update says, as text.
 *
 * @typedef {import("./spec-diff.mjs").Row} Row
 * @typedef {import("./change-classes.mjs").Class} Class
 * @typedef {{ rows: readonly Row[], warnings: readonly string[], replay: { added: string[], removed: string[] },
 *   types: readonly string[], compile: readonly string[], version: string }} Findings
 *   `types`: the lines of the diff; `compile`: what the compiler says; `version`: the package's
 */

/**
 * @param {Findings} findings
 * @returns {string}
 */
export function report({ rows, warnings, replay, types, compile, version }) {
  return [
    section("Warnings", warnings),
    heading(rows),
    ...GRAVEST_FIRST.map((kind) =>
      section(kind, rows.filter((row) => row.class === kind).flatMap(rowLines)),
    ),
    section("Replay table: src/http/retry-rules.ts", [
      ...replay.added.map((key) => `new row: "${key}": "never"`),
      ...replay.removed.map((key) => `row taken away: "${key}": "never"`),
    ]),
    section("Public types", types.length > 0 ? types : ["as they were"]),
    section("src/ against the new types", compile.length > 0 ? compile : ["compiles"]),
    section("Semver", [semver(rows, version)]),
    section("CHANGELOG entry", changelog(rows, version)),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** @param {readonly Row[]} rows */
function heading(rows) {
  const counts = GRAVEST_FIRST.map((kind) => [
    kind,
    rows.filter((row) => row.class === kind).length,
  ]);
  const told = counts.filter(([, count]) => count !== 0).map(([kind, count]) => `${count} ${kind}`);
  return told.length > 0 ? `Changes: ${told.join(", ")}` : "Changes: none";
}

/**
 * @param {string} title
 * @param {readonly string[]} lines
 */
function section(title, lines) {
  return lines.length === 0
    ? ""
    : [title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}

/** @param {Row} row */
function rowLines({ place, what, before, after }) {
  const [was, is] = around(before, after);
  return [
    `${place}: ${what}`,
    ...(was === undefined ? [] : [`  was ${was}`]),
    ...(is === undefined ? [] : [`  is  ${is}`]),
  ];
}

const LONGEST = 120;

/**
 * Two texts, long ones cut to where they part.
 *
 * @param {string | undefined} before
 * @param {string | undefined} after
 * @returns {(string | undefined)[]}
 */
function around(before, after) {
  const [was = "", is = ""] = [before, after];
  let same = 0;
  while (same < was.length && same < is.length && was[same] === is[same]) same++;
  const start = Math.max(0, same - 30);
  return [before, after].map((text) => {
    if (text === undefined) return undefined;
    const line = text.replaceAll("\n", "\\n");
    if (line.length <= LONGEST) return line === "" ? '""' : line;
    const cut = text.slice(start, start + LONGEST).replaceAll("\n", "\\n");
    return `${start > 0 ? "…" : ""}${cut}${start + LONGEST < text.length ? "…" : ""}`;
  });
}

/**
 * @param {readonly Row[]} rows
 * @returns {Class | undefined}
 */
function gravest(rows) {
  return GRAVEST_FIRST.find((kind) => rows.some((row) => row.class === kind));
}

/**
 * The step and its reason. Of a 0.x, `^0.1.0` takes patches alone: what is not to come by itself is a minor.
 *
 * @param {readonly Row[]} rows
 * @param {string} version
 */
function semver(rows, version) {
  const kind = gravest(rows);
  if (kind === undefined) return "no release: nothing changed";
  const isZero = version.startsWith("0.");
  const why = {
    breaking: isZero ? "of a 0.x, a breaking change is a minor" : "a breaking change",
    wire: "every request says another version of the API",
    additive: isZero ? "of a 0.x, what breaks nothing is a patch" : "more than before",
    docs: "words alone",
  };
  return `${stepOf(kind, isZero)}: ${version} → ${nextVersion(rows, version)} (${why[kind]})`;
}

/**
 * @param {Class} kind
 * @param {boolean} isZero
 */
function stepOf(kind, isZero) {
  if (kind === "breaking") return isZero ? "minor" : "major";
  if (kind === "wire") return "minor";
  return kind === "additive" && !isZero ? "minor" : "patch";
}

/**
 * @param {readonly Row[]} rows
 * @param {string} version
 */
function nextVersion(rows, version) {
  const kind = gravest(rows);
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const step = kind && stepOf(kind, major === 0);
  if (step === "major") return `${major + 1}.0.0`;
  if (step === "minor") return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + (step === "patch" ? 1 : 0)}`;
}

/**
 * @param {readonly Row[]} rows
 * @param {string} version
 * @returns {string[]}
 */
function changelog(rows, version) {
  if (rows.length === 0) return [];
  const of = (/** @type {Class} */ kind) => rows.filter((row) => row.class === kind);
  const words = (/** @type {Row} */ { place, what, before, after }) => {
    const [was, is] = around(before, after);
    const isChanged = was !== undefined && is !== undefined;
    const values = isChanged ? `was \`${was}\`, is \`${is}\`` : `\`${was ?? is}\``;
    return `\`${place}\`: ${what} (${values}).`;
  };
  const docs = of("docs").length;
  return [
    `## ${nextVersion(rows, version)}`,
    "",
    ...of("breaking").map((row) => `- **Breaking**: ${words(row)}`),
    ...of("wire").map(
      ({ before, after }) => `- Every request says \`IR-Version: ${after}\`, no longer ${before}.`,
    ),
    ...of("additive").map((row) => `- ${words(row)}`),
    ...(docs > 0
      ? [`- The vendor's words changed in ${docs === 1 ? "one place" : `${docs} places`}.`]
      : []),
  ];
}
