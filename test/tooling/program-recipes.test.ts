import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { CreateManyResult, TrackingLink } from "../../src/index.ts";
import { basic, LINK_BODY, LINK_URL } from "../support/client.ts";
import { fileInPages, load } from "../support/pages.ts";
import { serve, type WireRequest } from "../support/server.ts";
import { root, runProgram } from "../support/workspace.ts";

// The recipes of docs/recipes.md that read the account's programs: against a server, and with the types of a page of ours.

type Index = ReadonlyMap<string, ReadonlySet<string>>;
interface CheckProgram {
  linksTo: (programId: string, pages: readonly string[]) => AsyncGenerator<CreateManyResult>;
}
interface FindProgram {
  indexPrograms: () => Promise<Index>;
  programsOf: (index: Index, page: string) => string[];
  linkToPage: (index: Index, page: string) => Promise<TrackingLink>;
}

const active = { ContractStatus: "Active", AllowsDeeplinking: "true" };
const CAMPAIGNS = [
  {
    ...active,
    CampaignId: "1000",
    CampaignUrl: "https://www.shop.example/?from=impact",
    DeeplinkDomains: ["*.shop.example", "shop.example/de", "", "*"],
  },
  { ...active, CampaignId: "2000", DeeplinkDomains: ["outlet.shop.example", "*brand.example"] },
  { ...active, CampaignId: "3000", DeeplinkDomains: ["HTTP://Outlet.Shop.Example/sale"] },
  { ...active, CampaignId: "4000", ContractStatus: "Expired", DeeplinkDomains: ["old.example"] },
  { ...active, CampaignId: "5000", AllowsDeeplinking: "false", CampaignUrl: "https://no.example" },
];

/** The programs of the account, on two pages, and its links, but for one domain. */
function answer({ method, url = "" }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const send = (body: object, status = 200): void => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
  const [, id] = /\/Campaigns\/(\d+)$/.exec(pathname) ?? [];
  const found = CAMPAIGNS.find(({ CampaignId }) => CampaignId === id);
  if (method === "POST") {
    const message = "The domain 'other.example' is not a valid deep link domain for this program.";
    if (searchParams.get("DeepLink")?.includes("other.example")) send({ message }, 400);
    else response.end(LINK_BODY);
  } else if (found) send(found);
  else if (id !== undefined) send({ Message: "No such campaign." }, 404);
  else if (searchParams.has("Page")) send({ "@nextpageuri": "", Campaigns: CAMPAIGNS.slice(3) });
  else send({ "@nextpageuri": `${url}&Page=2`, Campaigns: CAMPAIGNS.slice(0, 3) });
}

let requests: readonly WireRequest[];

beforeEach(async () => {
  const server = await serve(answer);
  requests = server.requests;
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "t0ken-1");
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  return () => vi.unstubAllEnvs();
});

const targets = (): string[] => requests.map(({ method, target }) => `${method} ${target}`);
const GET = "GET /Mediapartners/IR1/Campaigns";
const create = (programId: string, page: string): string =>
  `POST /Mediapartners/IR1/Programs/${programId}/TrackingLinks?DeepLink=${encodeURIComponent(page)}`;

async function loadAs<Module>(name: string): Promise<Module> {
  return (await load(name)) as Module;
}

async function collect(results: AsyncGenerator<CreateManyResult>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const result of results) list.push(result.ok ? result.link.url : result.error.code);
  return list;
}

test("the check recipe reads a program once, logs domains that are not listed, and lets the API decide", async () => {
  const { linksTo } = await loadAs<CheckProgram>("check-program.ts");
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  onTestFinished(() => warn.mockRestore());
  const pages = [
    "https://www.shop.example/boots?a=1&b=2",
    "https://kids.shop.example/",
    "https://elsewhere.example/",
    "https://other.example/",
  ];

  expect(await collect(linksTo("1000", pages))).toEqual([
    LINK_URL,
    LINK_URL,
    LINK_URL,
    "deep_link_refused",
  ]);
  expect(warn.mock.calls).toEqual([
    ["https://elsewhere.example/: not among the domains of program 1000"],
    ["https://other.example/: not among the domains of program 1000"],
  ]);
  expect(targets()[0]).toBe(`${GET}/1000`);
  expect(targets().slice(1).sort()).toEqual(pages.map((page) => create("1000", page)).sort());
  for (const { headers } of requests) {
    const authorization = basic({ accountSid: "IR1", authToken: "t0ken-1" });
    expect(headers).toMatchObject({ authorization, accept: "application/json" });
  }
});

test.each([
  ["4000", "No links for program 4000: its contract is Expired"],
  ["5000", "No links for program 5000: it takes no deep links"],
])("the check recipe makes no link for program %s", async (programId, message) => {
  const { linksTo } = await loadAs<CheckProgram>("check-program.ts");

  await expect(collect(linksTo(programId, ["https://old.example/"]))).rejects.toThrow(message);
  expect(targets()).toEqual([`${GET}/${programId}`]);
});

test("the check recipe throws an ImpactError for a program that the API does not know", async () => {
  const { linksTo } = await loadAs<CheckProgram>("check-program.ts");

  await expect(collect(linksTo("9", ["https://old.example/"]))).rejects.toMatchObject({
    code: "not_found",
    reason: "No such campaign.",
  });
  expect(targets()).toEqual([`${GET}/9`]);
});

test("the recipe that finds a program reads the list once, and makes the link of the page's program", async () => {
  const { indexPrograms, linkToPage } = await loadAs<FindProgram>("find-program.ts");
  const index = await indexPrograms();

  expect([...index].map(([host, ids]) => [host, ...ids])).toEqual([
    ["shop.example", "1000"],
    ["outlet.shop.example", "2000", "3000"],
    ["brand.example", "2000"],
  ]);
  const shop = "https://www.shop.example/boots?a=1&b=2";
  const deep = "https://a.b.brand.example/";
  expect((await linkToPage(index, shop)).url).toBe(LINK_URL);
  expect((await linkToPage(index, deep)).url).toBe(LINK_URL);
  expect(targets()).toEqual([
    `${GET}?PageSize=100`,
    `${GET}?PageSize=100&Page=2`,
    create("1000", shop),
    create("2000", deep),
  ]);
});

test.each([
  ["https://outlet.shop.example/x", ["2000", "3000"], "choose one of the programs 2000, 3000"],
  ["https://eu.outlet.shop.example/", ["2000", "3000"], "choose one of the programs 2000, 3000"],
  ["https://old.example/", [], "no program has this domain"],
  ["https://no.example/", [], "no program has this domain"],
  ["https://myshop.example/", [], "no program has this domain"],
  ["https://example/", [], "no program has this domain"],
])("the recipe that finds a program makes no link for %s", async (page, ids, message) => {
  const { indexPrograms, programsOf, linkToPage } = await loadAs<FindProgram>("find-program.ts");
  const index = await indexPrograms();
  const listed = requests.length;

  expect(programsOf(index, page)).toEqual(ids);
  await expect(linkToPage(index, page)).rejects.toThrow(`${page}: ${message}`);
  expect(requests).toHaveLength(listed);
});

test("the recipes compile with the types that openapi-typescript makes of a page", async () => {
  // Inside of the project, so that they find the package as it was built.
  const folder = join(root, ".tmp/program-recipes");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, "test/fixtures/campaigns.md"), join(folder, "campaigns.md"));
  const run = (...args: string[]) => runProgram(process.execPath, args, { cwd: folder });

  const document = await run(join(root, "dist/cli.js"), "spec", "campaigns.md");
  expect(document).toMatchObject({ code: 0, stderr: "" });
  writeFileSync(join(folder, "campaigns.json"), document.stdout);
  const generator = join(root, "node_modules/openapi-typescript/bin/cli.js");
  expect((await run(generator, "campaigns.json", "-o", "programs.ts")).code).toBe(0);
  for (const name of ["hosts.ts", "check-program.ts", "find-program.ts"])
    writeFileSync(join(folder, name), fileInPages(name));
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  expect(await run(join(root, "node_modules/typescript/bin/tsc"), "-p", ".")).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});
