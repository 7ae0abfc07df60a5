import { expect, test } from "vitest";
import { CLASSES } from "../../scripts/diff/change-classes.ts";
import type { Row } from "../../scripts/diff/diff.ts";
import { ADVICE } from "../../scripts/update/migrating.ts";
import { report, type Findings } from "../../scripts/update/report.ts";

const row = (kind: Row["class"], what: string, before?: string, after?: string): Row => ({
  class: kind,
  place: "POST /a",
  what,
  before,
  after,
});

/** The sections of a report by title, without its rows. */
function sectionsOf(findings: Partial<Findings>): Record<string, string> {
  const text = report({
    rows: [],
    warnings: [],
    unsendable: [],
    retryRules: { added: [], removed: [] },
    types: [],
    generated: [],
    compile: [],
    requests: { lines: [] },
    version: "0.1.0",
    ...findings,
  });
  return Object.fromEntries(
    text.split(/\n\n(?=\S)/).map((section) => {
      const [title = "", ...lines] = section.split("\n");
      return [title, lines.map((line) => line.slice(2)).join("\n")];
    }),
  );
}

const LINES = ["- kind: string;", "+ kind: number;"];
const NET = "Types changed, although no change above says so";

test("says that types changed although no row does, and asks for a minor version", () => {
  const rows = [row("docs", "summary", "a", "b")];
  expect(sectionsOf({ rows, generated: LINES })).toMatchObject({
    [NET]: LINES.join("\n"),
    Semver: "minor: 0.1.0 → 0.2.0 (types changed)",
    "CHANGELOG entry":
      "## 0.2.0\n\n- The types of `impact.raw` changed.\n- The vendor's documentation changed in one place.",
  });
  expect(sectionsOf({ generated: LINES, version: "1.2.3" })).toMatchObject({
    "Changes: none": "",
    [NET]: LINES.join("\n"),
    Semver: "minor: 1.2.3 → 1.3.0 (types changed)",
  });
});

test.each<[Row["class"], string]>([
  ["breaking", "minor: 0.1.0 → 0.2.0 (in 0.x, a breaking change is a minor)"],
  ["wire", "minor: 0.1.0 → 0.2.0 (requests send a new version of the API)"],
  ["additive", "patch: 0.1.0 → 0.1.1 (in 0.x, an addition is a patch)"],
])("leaves it at the rows if one of them is %s", (kind, semver) => {
  const sections = sectionsOf({ rows: [row(kind, "type changed", "a", "b")], generated: LINES });
  expect(sections).not.toHaveProperty(NET);
  expect(sections["Semver"]).toBe(semver);
});

test("reports the requests that change, and asks for a minor version if no row does", () => {
  const lines = ["create({})", "  - GET /a", "  + GET /b"];
  const rows = [row("additive", "property added", undefined, "b")];
  expect(sectionsOf({ rows, requests: { lines } })).toMatchObject({
    Requests: lines.join("\n"),
    Semver: "minor: 0.1.0 → 0.2.0 (requests changed)",
    "CHANGELOG entry": "## 0.2.0\n\n- Requests changed.\n- `POST /a`: property added (`b`).",
  });
  expect(sectionsOf({ requests: { lines } })["Semver"]).toBe(
    "minor: 0.1.0 → 0.2.0 (requests changed)",
  );
  expect(sectionsOf({ rows, requests: { unknown: "src/ does not compile" } })).toMatchObject({
    "Requests: unknown, since src/ does not compile": "",
    Semver: "patch: 0.1.0 → 0.1.1 (in 0.x, an addition is a patch)",
  });
});

test("asks for no release if nothing changed", () => {
  expect(sectionsOf({})).toEqual({
    "Changes: none": "",
    "Public types": "unchanged",
    "src/ against the new types": "compiles",
    "Requests: unchanged": "",
    Semver: "no release: nothing changed",
  });
});

const RENAMED = row("breaking", "property renamed", "A", "B");
const DEFAULT = row("breaking", "default changed", "10", "20");
const NUMBER = row("breaking", "type widened", "integer | null", "number | null");
const OBJECT = row("breaking", "type widened", "string", "string | null");

test("prints what to do about each breaking change for MIGRATING.md, silent ones first", () => {
  const rows = [RENAMED, DEFAULT, OBJECT, NUMBER, row("additive", "property added")];
  const { "MIGRATING entry": entry } = sectionsOf({ rows, generated: LINES });
  expect(entry).toBe(`## 0.2.0

Silent: your code compiles, and behaves differently.

- \`POST /a\`: default changed (was \`10\`, is \`20\`). Pass the former value where you rely on it: calls without the parameter now mean the new one.
- \`POST /a\`: type widened (was \`integer | null\`, is \`number | null\`). Change the values that you send, or the code that reads them.

The compiler names the lines of these.

- \`POST /a\`: property renamed (was \`A\`, is \`B\`). Use the new name.
- \`POST /a\`: type widened (was \`string\`, is \`string | null\`). Change the values that you send, or the code that reads them.`);
});

test("every breaking change is silent if the types are the same, and none needs an entry if nothing breaks", () => {
  expect(sectionsOf({ rows: [RENAMED] })["MIGRATING entry"]).toBe(
    "## 0.2.0\n\nSilent: your code compiles, and behaves differently.\n\n" +
      "- `POST /a`: property renamed (was `A`, is `B`). Use the new name.",
  );
  const docs = row("docs", "summary", "a", "b");
  expect(sectionsOf({ rows: [docs] })).not.toHaveProperty("MIGRATING entry");
});

test("there is advice for exactly the kinds of change that may be breaking", () => {
  const breaking = Object.entries(CLASSES)
    .filter(([, entry]) => entry === "breaking" || Object.values(entry).includes("breaking"))
    .map(([what]) => what);
  expect(Object.keys(ADVICE).sort()).toEqual(breaking.sort());
});
