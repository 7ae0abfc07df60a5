import { expect, test } from "vitest";
import { bundleDocuments } from "../../scripts/openapi/bundle.ts";
import { facadeOperationsOf } from "../../scripts/openapi/document.ts";
import { withoutWebhooks } from "../../scripts/openapi/webhooks.ts";
import { uniqueIds } from "../../scripts/update/operation-ids.ts";
import { dropDuplicates, mergeParts } from "../../scripts/update/parts.ts";
import { PATH, type Json } from "../support/documents.ts";

// Which documents a bundle consists of, and which of their operations.

const ok = { 200: { description: "OK" } };
const operation = (operationId: string, more: Json = {}): Json => ({
  operationId,
  responses: ok,
  ...more,
});
const made = (title: string, paths: Json, version = "16"): Json => ({
  openapi: "3.1.0",
  info: { title, version },
  paths,
});

type Part = { page: string; date: string; document: Json };
const part = (page: string, title: string, ids: readonly string[]): Part => ({
  page,
  date: "2026-01-01",
  document: made(title, Object.fromEntries(ids.map((id) => [`/${id}`, { get: operation(id) }]))),
});
const names = (parts: readonly { document: Json }[]): unknown[] =>
  parts.map(({ document }) => [
    document["info"]["title"],
    Object.keys(document["paths"]).join(" "),
  ]);
const A = part("https://x.example/partner-v14/a.md", "A", ["a", "b"]);
const B = part("https://x.example/partner-v14/b.md", "B", ["c"]);

test.each([
  [
    "of the same page, in another version",
    part("https://x.example/partner-v16/a.md", "New", ["z"]),
    [
      ["New", "/z"],
      ["B", "/c"],
    ],
  ],
  [
    "of the same title, from a file",
    part("a.json", "A", ["z"]),
    [
      ["A", "/z"],
      ["B", "/c"],
    ],
  ],
  [
    "of the same title and an operation, from another page",
    part("https://x.example/z.md", "A", ["b"]),
    [
      ["A", "/b"],
      ["B", "/c"],
    ],
  ],
])("replaces a recorded document by a document %s", (_, next, expected) => {
  const { parts, warnings } = mergeParts([A, B], [next]);
  expect(names(parts)).toEqual(expected);
  expect(warnings).toEqual([]);
});

test.each<[string, Part[], Part[], unknown[]]>([
  [
    "the same title from another page, about other things",
    [A],
    [part("https://x.example/z.md", "A", ["z"])],
    [
      ["A", "/a /b"],
      ["A", "/z"],
    ],
  ],
  [
    "the same file name in another folder",
    [part("openapi.json", "A", ["a"])],
    [part("openapi.json", "Z", ["z"])],
    [
      ["A", "/a"],
      ["Z", "/z"],
    ],
  ],
  [
    "one title for all, each a file of its own",
    [A, part("b.json", "A", ["c"])],
    [part("b.json", "A", ["c", "d"]), part("z.json", "A", ["z"])],
    [
      ["A", "/a /b"],
      ["A", "/c /d"],
      ["A", "/z"],
    ],
  ],
])("adds a document: %s", (_, recorded, given, expected) => {
  expect(names(mergeParts(recorded, given).parts)).toEqual(expected);
});

test("recognizes a document by an operationId if its path changed", () => {
  const moved = part("b.json", "B", []);
  moved.document["paths"] = { "/v2/c": { get: operation("c") } };
  expect(names(mergeParts([A, B, part("c.json", "B", ["d"])], [moved]).parts)).toEqual([
    ["A", "/a /b"],
    ["B", "/v2/c"],
    ["B", "/d"],
  ]);
});

test("skips a duplicate document, and refuses two versions of one document", () => {
  const given = (source: string, one: Part): { source: string; part: Part } => ({
    source,
    part: one,
  });
  expect(
    dropDuplicates([
      given("a.md", A),
      given("b.md", B),
      given("copy.json", { ...A, page: "copy.json" }),
    ]),
  ).toEqual({
    parts: [A, B],
    warnings: ["copy.json: skipped, since it is the same document as a.md."],
  });
  const next = part("https://x.example/partner-v16/a.md", "A2", ["z"]);
  expect(() =>
    dropDuplicates([given("a-v14.md", A), given("b.md", B), given("a-v16.md", next)]),
  ).toThrow("Expected one version of each document, got two of A2: a-v14.md and a-v16.md.");
});

test("moves an operation to another document, and warns about the operations that stay", () => {
  const { parts, warnings } = mergeParts([A, B], [part("z.json", "Z", ["b", "c", "z"])]);
  expect(names(parts)).toEqual([
    ["A", "/a"],
    ["Z", "/b /c /z"],
  ]);
  expect(warnings).toEqual(["A: GET /b moved to another document; kept: GET /a."]);
});

test("treats paths that differ only in parameter names as one if the method is the same", () => {
  const of = (file: string, path: string, method: string, id: string): Part => ({
    page: file,
    date: "2026-01-01",
    document: made(file, { [path]: { [method]: operation(id) } }),
  });
  const get = of("a.json", "/c/{Id}", "get", "get");
  const put = of("b.json", "/c/{ContractId}", "put", "put");
  const { parts } = mergeParts([get], [put]);
  const { document }: { document: Json } = bundleDocuments(parts.map((each) => each.document));
  expect(Object.keys(document["paths"])).toEqual(["/c/{Id}", "/c/{ContractId}"]);
  const other = of("b.json", "/c/{ContractId}", "get", "get");
  expect(names(mergeParts([get], [other]).parts)).toEqual([["b.json", "/c/{ContractId}"]]);
});

test("uses the operation of the later of two new documents, and warns if they differ", () => {
  const differing = part("z.json", "Z", ["z"]);
  differing.document["paths"]["/a"] = { get: operation("a", { summary: "Other" }) };
  const { parts, warnings } = mergeParts([], [A, B, differing]);
  expect(names(parts)).toEqual([
    ["A", "/b"],
    ["B", "/c"],
    ["Z", "/z /a"],
  ]);
  expect(warnings).toEqual(["GET /a: in both A and Z; the latter's is used."]);
  expect(mergeParts([], [A, { ...A, page: "copy.json" }])).toEqual({
    parts: [{ ...A, page: "copy.json" }],
    warnings: [],
  });
});

test.each<[string, string, Json]>([
  ["a file", "a.md", A.page],
  ["standard input", "-", A.page],
  ["another page", "https://x.example/partner-v16/a.md", "https://x.example/partner-v16/a.md"],
])("keeps the address of a page for a next version from %s", (_, page, recorded) => {
  const next = part(page, "A", ["a", "b", "z"]);
  const { parts, warnings } = mergeParts([A, B], [next]);
  expect(parts).toEqual([{ ...next, page: recorded }, B]);
  expect(warnings).toEqual([]);
});

test("keeps the date of a document that has not changed, whatever file it comes from", () => {
  const copy = { ...part("saved.md", "A", ["a", "b"]), date: "2026-02-02" };
  expect(mergeParts([A, B], [copy])).toEqual({ parts: [A, B], warnings: [] });
});

test("warns of a version that may have another address, and of an older one", () => {
  const newer = part("a.md", "A", ["a", "b"]);
  newer.document["info"].version = "v17";
  expect(mergeParts([A], [newer]).warnings).toEqual([
    "A: spec/source.json still names https://x.example/partner-v14/a.md, where version 16 was. " +
      "If version 17 has another address, pass that once.",
  ]);
  const older = part(A.page, "A", ["a", "b"]);
  older.document["info"].version = "14";
  expect(mergeParts([newer], [older]).warnings).toEqual([
    "A: version 14 replaces version 17, which is newer.",
  ]);
});

test.each([
  ["https://x.example/partner-v14/a.md", "https://x.example/partner-16/a.md"],
  ["https://x.example/a_v14.md", "https://x.example/a_16.md"],
  ["https://x.example/14/a.md", "https://x.example/v16.0/a.md"],
  ["https://x.example/a-v14.0.md", "https://x.example/a.md"],
])("counts 14 and v14 as one version: %s is the page of %s", (before, after) => {
  const old = part(before, "A (v14)", ["a"]);
  old.document["info"].version = "14";
  const next = part(after, "Another title", ["z"]);
  next.document["info"].version = "v16";
  expect(mergeParts([old], [next]).parts).toEqual([next]);
  const other = part(after.replace(/a(?=[^a]*$)/, "a-1400"), "Other", ["y"]);
  expect(mergeParts([old], [other]).parts).toEqual([old, other]);
});

test("counts 14 and v14 as one version in titles and documents", () => {
  const old = part("a.json", "Partner A API v14", ["a"]);
  old.document["info"].version = "14";
  const next = part("b.json", "Partner A API (16)", ["a"]);
  next.document["info"].title = "Partner A API 16";
  expect(mergeParts([old], [next])).toEqual({ parts: [next], warnings: [] });
  const same = structuredClone(old);
  same.document["info"].version = "v14";
  expect(mergeParts([{ ...old, page: A.page }], [same]).warnings).toEqual([]);
  expect(bundleDocuments([old.document, same.document]).warnings).toEqual([]);
});

test("drops a document without operations, unless it replaces one that had some", () => {
  const empty = part("z.json", "Z", []);
  expect(mergeParts([A], [empty])).toEqual({ parts: [A], warnings: [] });
  const next = part(A.page, "A", []);
  expect(mergeParts([A, B], [next]).parts).toEqual([next, B]);
});

/** Under the path of one of the vendor's APIs. */
const links = (page: string, title: string, path: string): Json => ({
  page,
  date: "2026-01-01",
  document: made(title, { [path]: { post: operation("createTrackingLink") } }),
});
const BRAND_PATH = "/Advertisers/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
const partner = links("https://x.example/partner-v14/links.md", "Tracking Links API", PATH);
const brand = links("brand.json", "Tracking Links API", BRAND_PATH);

test("takes the partners' and the brands' document of one title for two documents", () => {
  expect(mergeParts([partner], [brand]).parts).toEqual([partner, brand]);
  expect(
    dropDuplicates([
      { source: "partner.md", part: partner },
      { source: "brand.json", part: brand },
    ]).parts,
  ).toEqual([partner, brand]);
});

test.each([
  ["first", [partner, brand]],
  ["last", [brand, partner]],
])("leaves the operation of src/ its operationId if its document is the %s", (_, parts) => {
  const { documents, warnings } = uniqueIds(parts);
  const { document }: { document: Json } = bundleDocuments(documents);
  expect(document["paths"][PATH].post.operationId).toBe("createTrackingLink");
  expect(document["paths"][BRAND_PATH].post.operationId).toBe(
    "createTrackingLink_TrackingLinksApi",
  );
  expect(facadeOperationsOf(document)).toMatchObject([{ id: "createTrackingLink", path: PATH }]);
  expect(warnings).toEqual([
    `operationId "createTrackingLink" of POST ${BRAND_PATH} of Tracking Links API (brand.json) becomes ` +
      `"createTrackingLink_TrackingLinksApi", since POST ${PATH} of Tracking Links API (${partner.page}) has it.`,
  ]);
  expect(parts).toContain(brand);
  expect(brand.document.paths[BRAND_PATH].post.operationId).toBe("createTrackingLink");
});

test("gives each later document's operationId a name of its own, also in links", () => {
  const of = (page: string, path: string): Json => {
    const one = part(page, "Brand API", []);
    const next = { operationId: "list" };
    const responses = { 200: { description: "OK", links: { next } } };
    one.document["paths"] = { [path]: { get: operation("list", { responses }) } };
    return one;
  };
  const parts = [of("a.json", "/a"), of("b.json", "/b"), of("c.json", "/c")];
  const { documents } = uniqueIds(parts);
  expect(documents[0]).toBe(parts[0].document);
  const { paths }: Json = bundleDocuments(documents).document;
  const linked = (id: string): Json =>
    operation(id, {
      responses: { 200: { description: "OK", links: { next: { operationId: id } } } },
    });
  expect(paths).toEqual({
    "/a": { get: linked("list") },
    "/b": { get: linked("list_BrandApi") },
    "/c": { get: linked("list_BrandApi_2") },
  });
});

test("refuses one operationId for two operations of one document, and names both", () => {
  const other = part("z.json", "Z", ["a"]);
  other.document["paths"]["/z"] = { post: operation("a") };
  expect(() => uniqueIds([A, B, other])).toThrow(
    'operationId "a" is used twice: by GET /a of Z (z.json) and by POST /z of Z (z.json).',
  );
  const renamed = structuredClone(partner);
  renamed.document.paths[PATH].post.operationId = "makeLink";
  renamed.document.paths["/z"] = { get: operation("createTrackingLink") };
  expect(() => uniqueIds([renamed])).toThrow(
    `operationId "createTrackingLink": Expected it for POST ${PATH} of Tracking Links API (${partner.page}), ` +
      `got it for GET /z of Tracking Links API (${partner.page}).`,
  );
});

test("finds an operation of src/ by an id that one document has, and refuses several", () => {
  const moved = links("a.json", "Partner", `/v2${PATH}`);
  expect(facadeOperationsOf(moved.document)).toMatchObject([{ path: `/v2${PATH}` }]);
  const { document } = bundleDocuments(uniqueIds([brand, moved]).documents);
  expect(() => facadeOperationsOf(document)).toThrow(
    `Expected the operation "createTrackingLink", which src/ needs, got no POST ${PATH}, and that operationId for ` +
      `POST ${BRAND_PATH} and POST /v2${PATH}. If`,
  );
});

test("leaves out the calls that the vendor makes to a server of the user, with a warning for each", () => {
  const hook = { post: operation("hook") };
  const real = { get: operation("real"), put: operation("put") };
  const document = made("A", {
    [PATH]: real,
    "/yourPath/{Id}": hook,
    "/your-configured-path": hook,
    "/{yourPath}/a": hook,
    "/Mediapartners/your-configured-path": real,
    "/a": {
      servers: [{ url: "https://your-domain.example/hooks" }],
      post: operation("a"),
      get: operation("b", { servers: [{ url: "https://api.impact.com" }] }),
    },
  });
  document.webhooks = { newAction: hook };
  const before = structuredClone(document);
  const kept: Json = withoutWebhooks(document);
  expect(document).toEqual(before);
  expect(kept.document).toEqual(
    made("A", {
      [PATH]: real,
      "/Mediapartners/your-configured-path": real,
      "/a": { servers: before.paths["/a"].servers, get: before.paths["/a"].get },
    }),
  );
  expect(kept.warnings).toEqual(
    [
      "webhook newAction",
      "POST /yourPath/{Id}",
      "POST /your-configured-path",
      "POST /{yourPath}/a",
      "POST /a",
    ].map((each) => `${each}: left out, since the vendor calls it on your server.`),
  );
});

test("leaves out a whole document at such a server, and no operation that another path shares", () => {
  const document = made("A", {
    "/your-path": { $ref: "#/components/pathItems/Shared" },
    "/a": { $ref: "#/components/pathItems/Shared" },
  });
  document.components = { pathItems: { Shared: { post: operation("a") } } };
  expect(withoutWebhooks(document).document).toEqual({
    ...document,
    paths: { "/a": { $ref: "#/components/pathItems/Shared" } },
  });
  document.servers = [{ url: "{yourServer}" }];
  expect(withoutWebhooks(document).document.paths).toEqual({});
});
