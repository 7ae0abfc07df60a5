import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLASSES } from "../../scripts/diff/change-classes.ts";
import { diff } from "../../scripts/diff/diff.ts";
import { findRenames } from "../../scripts/diff/renames.ts";
import { documentsInPage } from "../../scripts/openapi/read-page.ts";
import {
  base,
  brief,
  covered,
  inBoth,
  JSON_TYPE,
  PLACE,
  post,
  query,
  SCHEMA_CHANGES,
  type Change,
} from "../support/diff.ts";
import { PATH, type Json } from "../support/documents.ts";

test.each<[string, Change]>([
  ["wire | IR-Version | version sent | 14 | 16", (d) => (d["info"].version = "v16")],
  ["docs | info | version | 14 | v14", (d) => (d["info"].version = "v14")],
  ["docs | info | title | Things | All", (d) => (d["info"].title = "All")],
  ['docs | info | info | - | {"name":"Vendor"}', (d) => (d["info"].contact = { name: "Vendor" })],
  ["docs | tag Things | description | About things | -", (d) => (d["tags"] = [])],
  [
    "breaking | GET /Things | operation removed | listThings | -",
    (d) => delete d["paths"]["/Things"],
  ],
  [
    "breaking | GET /Things | operation moved | GET /Things | GET /AllThings",
    (d) => {
      d["paths"]["/AllThings"] = d["paths"]["/Things"];
      delete d["paths"]["/Things"];
    },
  ],
  [
    "additive | PUT /Things | operation added | - | putThings",
    (d) => (d["paths"]["/Things"].put = { operationId: "putThings", responses: {} }),
  ],
  [
    `breaking | ${PLACE} | operation renamed | changeThing | editThing`,
    (d) => (post(d)["operationId"] = "editThing"),
  ],
  [
    `breaking | ${PLACE} | operation renamed | changeThing | -`,
    (d) => delete post(d)["operationId"],
  ],
  ['docs | document | externalDocs | - | {"url":"x"}', (d) => (d["externalDocs"] = { url: "x" })],
  ["docs | path /Things | summary | - | Things", (d) => (d["paths"]["/Things"].summary = "Things")],
  [`docs | ${PLACE} | callbacks | - | {"done":{}}`, (d) => (post(d)["callbacks"] = { done: {} })],
  ["docs | webhook made | webhook added | - | -", (d) => (d["webhooks"] = { made: {} })],
  [`docs | ${PLACE} | summary | Change | Edit`, (d) => (post(d)["summary"] = "Edit")],
  [`docs | ${PLACE} | description | Changes a thing | -`, (d) => delete post(d)["description"]],
  [`docs | ${PLACE} | deprecated | - | true`, (d) => (post(d)["deprecated"] = true)],
  [`docs | ${PLACE} | tags | - | "Things"`, (d) => (post(d)["tags"] = ["Things"])],
  [
    `docs | ${PLACE} | externalDocs | - | {"url":"x"}`,
    (d) => (post(d)["externalDocs"] = { url: "x" }),
  ],
  [
    `breaking | ${PLACE} | security changed | http basic | http bearer`,
    (d) => (post(d)["security"] = [{ bearer: [] }]),
  ],
  [`breaking | ${PLACE} | security changed | http basic | none`, (d) => (post(d)["security"] = [])],
  [
    `additive | ${PLACE} | security alternative added | http basic | http basic or http bearer`,
    (d) => (post(d)["security"] = [{ bearer: [] }, { basicAuth: [] }]),
  ],
  [
    `additive | ${PLACE} | security alternative added | http basic | none or http basic`,
    (d) => (post(d)["security"] = [{}, { basicAuth: [] }]),
  ],
  [
    `breaking | ${PLACE} | security changed | http basic | http basic and http bearer`,
    (d) => (post(d)["security"] = [{ bearer: [], basicAuth: [] }]),
  ],
  [
    `docs | ${PLACE} and 1 more | security no longer documented | http basic | -`,
    (d) => delete d["security"],
  ],
  [
    `breaking | ${PLACE} and 1 more | server changed | https://api.impact.com | https://x.impact.com`,
    (d) => (d["servers"] = [{ url: "https://x.impact.com" }]),
  ],
])("reports a change of the document or an operation: %s", (row, change) => {
  const after = base();
  change(after);
  expect(brief(base(), after)).toEqual([row]);
});

test.each<[string, Json[] | undefined, Json[] | undefined]>([
  [
    "docs | security alternative removed | http basic or http bearer | http basic",
    [{ basicAuth: [] }, { bearer: [] }],
    [{ basicAuth: [] }],
  ],
  [
    "breaking | security changed | http basic or http bearer | http bearer",
    [{ basicAuth: [] }, { bearer: [] }],
    [{ bearer: [] }],
  ],
  ["breaking | security changed | - | http bearer", undefined, [{ bearer: [] }]],
  [
    "docs | security documented | - | http basic or http bearer",
    undefined,
    [{ basicAuth: [] }, { bearer: [] }],
  ],
])("judges alternatives of security by the one that the client uses: %s", (row, was, is) => {
  const [before, after] = inBoth((d) => delete d["security"]);
  post(before)["security"] = was;
  post(after)["security"] = is;
  expect(brief(before, after)).toEqual([row.replace(" | ", ` | ${PLACE} | `)]);
});

test("an operationId of the facade is documentation, since the types have another name for it", () => {
  const [before, after] = [base(), base()];
  for (const each of [before, after]) each["paths"] = { [PATH]: { post: post(each) } };
  after["paths"][PATH].post.operationId = "makeLink";
  const row = `docs | POST ${PATH} | operationId | changeThing | makeLink`;
  expect(brief(before, after)).toEqual([row]);
  delete after["paths"][PATH].post.operationId;
  expect(brief(before, after)).toEqual([row.replace("makeLink", "-")]);
});

test("reports the operationId of an operation that had none, and webhooks that changed", () => {
  const [before, after] = [base(), base()];
  delete post(before)["operationId"];
  before["webhooks"] = { made: {}, gone: {} };
  after["webhooks"] = { made: { post: {} } };
  expect(brief(before, after)).toEqual([
    `additive | ${PLACE} | operation named | - | changeThing`,
    "docs | webhook made | webhook changed | - | -",
    "docs | webhook gone | webhook removed | - | -",
  ]);
});

test("reports `security` that a document did not have", () => {
  const [before, after] = inBoth((d) => delete d["security"]);
  after["security"] = [{ basicAuth: [] }];
  expect(brief(before, after)).toEqual([
    `docs | ${PLACE} and 1 more | security documented | - | http basic`,
  ]);
});

test("compares security schemes by type, not by name", () => {
  const after = base();
  after["components"].securitySchemes.other = { type: "http", scheme: "Basic", description: "x" };
  after["security"] = [{ other: [] }];
  expect(brief(base(), after)).toEqual([]);
});

const add = (parameter: Json) => (d: Json) => post(d)["parameters"].push(parameter);
const drop = (name: string) => (d: Json) => {
  post(d)["parameters"] = post(d)["parameters"].filter((each: Json) => each["name"] !== name);
};
test.each<[string, Change]>([
  [`breaking | ${PLACE} query Limit | parameter removed | Limit | -`, drop("Limit")],
  [
    `breaking | ${PLACE} query Limit | parameter renamed | Limit | limit`,
    (d) => (query(d, "Limit")["name"] = "limit"),
  ],
  [
    `breaking | ${PLACE} query Limit | parameter renamed | Limit | Limits`,
    (d) => (query(d, "Limit")["name"] = "Limits"),
  ],
  [
    `breaking | ${PLACE} query Limit | parameter moved | query | header`,
    (d) => (query(d, "Limit")["in"] = "header"),
  ],
  [`additive | ${PLACE} query New | parameter added | - | New`, add({ name: "New", in: "query" })],
  [
    `breaking | ${PLACE} query New | required parameter added | - | New`,
    add({ name: "New", in: "query", required: true }),
  ],
  [
    `breaking | ${PLACE} query Limit | parameter became required | optional | required`,
    (d) => (query(d, "Limit")["required"] = true),
  ],
  [
    `breaking | ${PLACE} query Tags | parameter serialization changed | form, explode | form`,
    (d) => (query(d, "Tags")["explode"] = false),
  ],
  [
    `breaking | ${PLACE} query Limit | default changed | 10 | 20`,
    (d) => (query(d, "Limit")["schema"].default = 20),
  ],
  [
    `docs | ${PLACE} query State | default documented | - | NEW`,
    (d) => (query(d, "State")["schema"].default = "NEW"),
  ],
  [
    `breaking | ${PLACE} query State | enum narrowed | "NEW" | "OLD" | "NEW"`,
    (d) => (query(d, "State")["schema"].enum = ["NEW"]),
  ],
  [
    `additive | ${PLACE} query State | enum widened | "NEW" | "OLD" | "NEW" | "OLD" | ""`,
    (d) => (query(d, "State")["schema"].enum = ["NEW", "OLD", ""]),
  ],
  [
    `breaking | ${PLACE} query Limit | limit narrowed | maximum 100 | maximum 50`,
    (d) => (query(d, "Limit")["schema"].maximum = 50),
  ],
  [
    `additive | ${PLACE} query Limit | limit widened | maximum 100 | -`,
    (d) => delete query(d, "Limit")["schema"].maximum,
  ],
  [
    `breaking | ${PLACE} query Tags[] | format narrowed | - | uri`,
    (d) => (query(d, "Tags")["schema"].items.format = "uri"),
  ],
  [
    `breaking | ${PLACE} body | request body removed | application/json | -`,
    (d) => delete post(d)["requestBody"],
  ],
  [
    `breaking | ${PLACE} body | request body became required | optional | required`,
    (d) => (post(d)["requestBody"].required = true),
  ],
  [
    `additive | ${PLACE} body | request type added | - | application/xml`,
    (d) => (post(d)["requestBody"].content["application/xml"] = {}),
  ],
  [`docs | ${PLACE} query Limit | example | - | 5`, (d) => (query(d, "Limit")["example"] = 5)],
])("reports a change of a parameter or a body: %s", (row, change) => {
  const after = base();
  change(after);
  expect(brief(base(), after)).toEqual([row]);
});

test.each<[string, Change]>([
  [
    `additive | ${PLACE} query Limit | parameter became optional | required | optional`,
    (d) => (query(d, "Limit")["required"] = true),
  ],
  [
    `additive | ${PLACE} body | request body became optional | required | optional`,
    (d) => (post(d)["requestBody"].required = true),
  ],
  [
    `additive | ${PLACE} body | request body added | - | application/json`,
    (d) => delete post(d)["requestBody"],
  ],
  [
    `breaking | ${PLACE} body | request type removed | application/xml | -`,
    (d) => (post(d)["requestBody"].content["application/xml"] = {}),
  ],
  [`additive | ${PLACE} 403 | response type added | - | text/plain`, (d) => d],
])("reports the reverse change of a parameter or a body: %s", (row, change) => {
  const [before, after] = [base(), base()];
  change(before);
  if (row.includes("403")) post(after)["responses"][403].content = { "text/plain": {} };
  expect(brief(before, after)).toEqual([row]);
});

test("reports a new body that is required", () => {
  const before = base();
  delete post(before)["requestBody"];
  const after = base();
  post(after)["requestBody"].required = true;
  expect(brief(before, after)).toEqual([
    `breaking | ${PLACE} body | required request body added | - | application/json`,
  ]);
});

test("reports a renamed parameter of the path", () => {
  const after = base();
  after["paths"]["/Things/{ThingId}"] = after["paths"]["/Things/{Id}"];
  delete after["paths"]["/Things/{Id}"];
  after["paths"]["/Things/{ThingId}"].post.parameters[0].name = "ThingId";
  expect(brief(base(), after)).toEqual([
    "breaking | POST /Things/{ThingId} path Id | parameter renamed | Id | ThingId",
  ]);
});

const ok = (d: Json): Json => post(d)["responses"][200];
test.each<[string, Change]>([
  [
    `additive | ${PLACE} 429 | status added | - | 429`,
    (d) => (post(d)["responses"][429] = { description: "x" }),
  ],
  [`docs | ${PLACE} 403 | refusal removed | 403 | -`, (d) => delete post(d)["responses"][403]],
  [
    `breaking | GET /Things 200 | success removed | 200 | -`,
    (d) => delete d["paths"]["/Things"].get.responses[200],
  ],
  [
    `docs | ${PLACE} 403 | description | No | Never`,
    (d) => (post(d)["responses"][403].description = "Never"),
  ],
  [
    `docs | ${PLACE} 200 | example | {"Id":1} | 1`,
    (d) => {
      const { content } = ok(d);
      ok(d)["content"] = {
        "Application/JSON; charset=utf-8": { ...content["application/json"], example: 1 },
      };
    },
  ],
  [
    `breaking | ${PLACE} 200 | response type removed | application/json | -`,
    (d) => delete ok(d)["content"],
  ],
  [
    `breaking | ${PLACE} 200 header X-Page | response header removed | X-Page | -`,
    (d) => delete ok(d)["headers"],
  ],
  [
    `breaking | ${PLACE} 200 header X-Page | type changed | integer | string`,
    (d) => (ok(d)["headers"]["X-Page"].schema.type = "string"),
  ],
  [
    `additive | ${PLACE} 200 header X-Page | response header became required | optional | required`,
    (d) => (ok(d)["headers"]["X-Page"].required = true),
  ],
  [
    `docs | ${PLACE} 200 header X-Page | description | - | A page`,
    (d) => (ok(d)["headers"]["X-Page"].description = "A page"),
  ],
  [
    `additive | ${PLACE} 200 header X-Next | response header added | - | X-Next`,
    (d) => (ok(d)["headers"]["X-Next"] = {}),
  ],
  [
    `docs | ${PLACE} 200 | example | {"Id":1} | {"Id":2}`,
    (d) => (ok(d)["content"][JSON_TYPE].example = { Id: 2 }),
  ],
  [`docs | ${PLACE} 200 | examples | - | {}`, (d) => (ok(d)["content"][JSON_TYPE].examples = {})],
])("reports a change of a response: %s", (row, change) => {
  const after = base();
  change(after);
  expect(brief(base(), after)).toEqual([row]);
});

test("reports a header that became optional", () => {
  const [before, after] = [base(), base()];
  ok(before)["headers"]["X-Page"].required = true;
  expect(brief(before, after)).toEqual([
    `breaking | ${PLACE} 200 header X-Page | response header became optional | required | optional`,
  ]);
});

test("reports a required header that the client sends as optional", () => {
  const [before, after] = [base(), base()];
  const header = { name: "IR-Version", in: "header", required: true, schema: { type: "string" } };
  post(after)["parameters"].push(header);
  expect(brief(before, after)).toEqual([
    `additive | ${PLACE} header IR-Version | parameter added | - | IR-Version`,
  ]);
});

test("sorts the most severe changes first", () => {
  const after = base();
  after["info"].version = "16";
  post(after)["summary"] = "x";
  post(after)["responses"][429] = { description: "x" };
  delete after["paths"]["/Things"];
  expect(diff(base(), after).map((row) => row.class)).toEqual([
    "breaking",
    "wire",
    "additive",
    "docs",
  ]);
});

test.each([
  [["TrackingURL"], ["TrackingUrl"], [["TrackingURL", "TrackingUrl"]]],
  [["start_date"], ["StartDate"], [["start_date", "StartDate"]]],
  [["TrackingURL"], ["TrackingLink"], [["TrackingURL", "TrackingLink"]]],
  [["subId1", "subId2"], ["subId3"], []],
  [["DeepLink"], ["Amount"], []],
])("pairs the removed names %j with the added names %j as %j", (removed, added, expected) => {
  expect([...findRenames(removed, added, () => true)]).toEqual(expected);
  if (removed[0]?.toLowerCase().replace("_", "") !== added[0]?.toLowerCase())
    expect([...findRenames(removed, added, () => false)]).toEqual([]);
});

test("reports only real changes of a page that is reworded, reordered and inlined", () => {
  const [v14, v16]: Json[] = ["v14", "v16"].map((version) => {
    const page = readFileSync(
      new URL(`../fixtures/trackinglinks-${version}.md`, import.meta.url),
      "utf8",
    );
    return documentsInPage(page)[0];
  });
  const at = "POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks";
  expect(diff(v14, v16).map((row) => `${row.class} | ${row.place} | ${row.what}`)).toEqual([
    "wire | IR-Version | version sent",
    `docs | ${at} path AccountSID | description`,
    `docs | ${at} 200 | example`,
    `docs | ${at} 200.TrackingURL | description`,
  ]);
});

test("every kind of change is shown here or by the tests of schemas", () => {
  const missing = Object.keys(CLASSES).filter((what) => !covered.has(what));
  expect(missing.sort()).toEqual([...SCHEMA_CHANGES].sort());
});
