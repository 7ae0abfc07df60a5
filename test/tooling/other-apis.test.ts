import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync, cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { spec } from "../../src/index.ts";
import type * as Library from "../../src/index.ts";
import { serve } from "../support/server.ts";
import { PARTS, root, runProgram, runScript, scriptArgs } from "../support/workspace.ts";

// Three further documents of the vendor's kind go through the command, and their operations are called.
const FIXTURES = ["actions.md", "conversions.yaml", "catalogs.json"];

// By names of their own, whatever spec/ has already.
const rehearsed = (text: string): string =>
  text
    .replaceAll("/Mediapartners/{AccountSID}/", "/Mediapartners/{AccountSID}/Rehearsed/")
    .replaceAll(/\bPartner (?=\w+ API)/g, "Rehearsed ")
    .replaceAll(/("?operationId"?: "?)/g, "$1rehearsed ");
let folder = "";
let output = "";

beforeAll(() => {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  folder = mkdtempSync(join(root, ".tmp/copy-"));
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const name of FIXTURES) {
    const text = readFileSync(join(root, "test/fixtures", name), "utf8");
    writeFileSync(join(folder, name), rehearsed(text));
  }
  const args = [...scriptArgs("spec-update"), "--root", folder, ...FIXTURES];
  output = execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a user writes, compiled against the new types. */
const USE =
  rehearsed(`import { createImpactClient, type ImpactClient, type ImpactClientOptions } from "../src/index.ts";
const path = { AccountSID: "IR1" };
export async function use(options: ImpactClientOptions): Promise<unknown[]> {
  const { raw } = createImpactClient(options);
  const list = await raw.GET("/Mediapartners/{AccountSID}/Actions", {
    params: { path, query: { Page: 2, PageSize: 100, State: "" } },
  });
  const pages: string | undefined = list.data?.["@numpages"];
  const next: string | null | undefined = list.data?.["@nextpageuri"];
  const amount: string | null | undefined = list.data?.Actions?.[0]?.Items?.[0]?.Amount;

  const form = await raw.POST("/Mediapartners/{AccountSID}/Conversions", {
    params: { path },
    body: { CampaignId: 1000, ClickId: "a&b" },
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  const status: "QUEUED" | undefined = form.data?.Status;
  const quantity: number | undefined = form.data?.Item?.Quantity;

  const gone = await raw.DELETE("/Mediapartners/{AccountSID}/Jobs/{Id}.json", {
    params: { path: { ...path, Id: "j/1" } },
  });

  const items = await raw.GET("/Mediapartners/{AccountSID}/Catalogs/{CatalogId}/Items", {
    params: { path: { ...path, CatalogId: "7" }, query: { Page: 1, Category: ["a", "b&c"] } },
  });
  const item = items.data?.Items?.[0];
  const parent: string | undefined = item?.Category?.Parent?.Parent?.Name;
  const price: string | number | undefined = item?.Related?.[0]?.Price;
  const id: string | undefined = item?.Id;

  const invoice = await raw.GET("/Mediapartners/{AccountSID}/Invoices/{InvoiceId}", {
    params: { path: { ...path, InvoiceId: "9" } },
    headers: { Accept: "application/pdf" },
    parseAs: "arrayBuffer",
  });
  const bytes: ArrayBuffer | undefined = invoice.data;

  const upload = new FormData();
  upload.set("File", new Blob(["sku,price"]), "items.csv");
  const sent = await raw.POST("/Mediapartners/{AccountSID}/Catalogs/{CatalogId}/Items", {
    params: { path: { ...path, CatalogId: "7" } },
    body: upload,
  });
  return [
    [list.data, pages, next, amount],
    [form.data, status, quantity],
    [gone.data, gone.response.status],
    [parent, price, id],
    [...new Uint8Array(bytes ?? new ArrayBuffer(0))],
    sent.response.status,
  ];
}

export function wrong(raw: ImpactClient["raw"]): unknown[] {
  return [
    // @ts-expect-error a number
    () => raw.GET("/Mediapartners/{AccountSID}/Actions", { params: { path, query: { Page: "2" } } }),
    () =>
      raw.POST("/Mediapartners/{AccountSID}/Conversions", {
        params: { path },
        // @ts-expect-error required
        body: {},
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      }),
    // @ts-expect-error it would be sent as JSON
    () => raw.POST("/Mediapartners/{AccountSID}/Conversions", { params: { path }, body: { CampaignId: 1 } }),
    // @ts-expect-error no such state
    () => raw.GET("/Mediapartners/{AccountSID}/Actions", { params: { path, query: { State: "X" } } }),
  ];
}
`);

test("reports every operation of three further documents as new", () => {
  expect([...output.matchAll(/^ {2}(.*): operation added$/gm)].map(([, place]) => place)).toEqual([
    "GET /Mediapartners/{AccountSID}/Rehearsed/Actions",
    "GET /Mediapartners/{AccountSID}/Rehearsed/Actions/{ActionId}",
    "POST /Mediapartners/{AccountSID}/Rehearsed/Conversions",
    "DELETE /Mediapartners/{AccountSID}/Rehearsed/Jobs/{Id}.json",
    "GET /Mediapartners/{AccountSID}/Rehearsed/Catalogs/{CatalogId}/Items",
    "POST /Mediapartners/{AccountSID}/Rehearsed/Catalogs/{CatalogId}/Items",
    "GET /Mediapartners/{AccountSID}/Rehearsed/Invoices/{InvoiceId}",
  ]);
  expect(/^Retry rules.*\n(?: .*\n)+/m.exec(output)?.[0]).toBe(`Retry rules: src/http/retry-rules.ts
  new row: "POST /Mediapartners/{AccountSID}/Rehearsed/Conversions": "never"
  new row: "DELETE /Mediapartners/{AccountSID}/Rehearsed/Jobs/{Id}.json": "never"
  new row: "POST /Mediapartners/{AccountSID}/Rehearsed/Catalogs/{CatalogId}/Items": "never"
`);
  expect(output).toContain(
    "  catalogs.json: GET /Mediapartners/{AccountSID}/Rehearsed/Catalogs/{CatalogId}/Items: query Ids is written as form: give a querySerializer.\n",
  );
  const told = (title: string): string =>
    new RegExp(`^ {2}${title}: renamed, since the names are in use: .*`, "m").exec(output)?.[0] ??
    "";
  expect(told("Rehearsed Conversions API")).toContain(
    "schemas/Item → Item_RehearsedConversionsApi",
  );
  expect(told("Rehearsed Catalogs API")).toContain("schemas/Item → Item_RehearsedCatalogsApi");
  const documents = JSON.parse(readFileSync(join(folder, "spec/source.json"), "utf8")) as object[];
  expect(documents.slice(-3).map((each) => ("file" in each ? each.file : ""))).toEqual([
    "documents/rehearsed-actions-api.json",
    "documents/rehearsed-conversions-api.json",
    "documents/rehearsed-catalogs-api.json",
  ]);
});

test("reports an operation that the next version of one document lacks, and leaves the others alone", async () => {
  const file = join(folder, "actions.md");
  const page = readFileSync(file, "utf8");
  writeFileSync(file, page.slice(0, page.indexOf("## Retrieve")));
  const args = ["--root", folder, file, "--dry-run"];
  const { code, stdout } = await runScript("spec-update", args);
  expect(code).toBe(3);
  expect(/^Changes[^]*?\n\n[^]*?\n\n/m.exec(stdout)?.[0]).toBe(`Changes: 1 breaking

breaking
  GET /Mediapartners/{AccountSID}/Rehearsed/Actions/{ActionId}: operation removed
    was rehearsed retrieveAction

`);
});

test("types and calls the operations of further documents with the account's credentials", async () => {
  mkdirSync(join(folder, "test"), { recursive: true });
  writeFileSync(join(folder, "test/use.ts"), USE);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const compiled = await runProgram(process.execPath, [tsc, "-p", "."], { cwd: folder });
  expect(compiled).toEqual({ code: 0, stdout: "", stderr: "" });

  const page = { "@page": "2", "@numpages": "3", "@nextpageuri": null, Actions: [] };
  const answers: Record<string, [number, string, string]> = {
    "/Mediapartners/IR1/Rehearsed/Actions": [200, "application/json", JSON.stringify(page)],
    "/Mediapartners/IR1/Rehearsed/Conversions": [
      200,
      "application/json",
      '{"Status":"QUEUED","Item":{"Quantity":2}}',
    ],
    "/Mediapartners/IR1/Rehearsed/Catalogs/7/Items": [
      200,
      "application/json",
      '{"Items":[{"Id":"1","Related":[{"Id":"2","Price":9.5}],"Category":{"Parent":{"Parent":{"Name":"All"}}}}]}',
    ],
    "/Mediapartners/IR1/Rehearsed/Invoices/9": [200, "application/pdf", "%PDF\u0000ÿ"],
  };
  const { baseUrl, requests } = await serve((request, response) => {
    const [status, type, body] = answers[(request.url ?? "").split("?")[0] ?? ""] ?? [204, "", ""];
    if (request.method === "DELETE" || /multipart/.test(request.headers["content-type"] ?? "")) {
      response.writeHead(204).end();
    } else {
      response.writeHead(status, { "Content-Type": type }).end(Buffer.from(body, "latin1"));
    }
  });
  const { use } = (await import(pathToFileURL(join(folder, "test/use.ts")).href)) as {
    use: (options: Library.ImpactClientOptions) => Promise<unknown[]>;
  };
  const results = await use({ accountSid: "IR1", authToken: "t0ken-1234", baseUrl, maxRetries: 0 });

  expect(results).toEqual([
    [page, "3", null, undefined],
    [{ Status: "QUEUED", Item: { Quantity: 2 } }, "QUEUED", 2],
    [undefined, 204],
    ["All", 9.5, "1"],
    [...Buffer.from("%PDF\u0000ÿ", "latin1")],
    204,
  ]);
  expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
    "GET /Mediapartners/IR1/Rehearsed/Actions?Page=2&PageSize=100&State=",
    "POST /Mediapartners/IR1/Rehearsed/Conversions",
    "DELETE /Mediapartners/IR1/Rehearsed/Jobs/j%2F1.json",
    "GET /Mediapartners/IR1/Rehearsed/Catalogs/7/Items?Page=1&Category=a&Category=b%26c",
    "GET /Mediapartners/IR1/Rehearsed/Invoices/9",
    "POST /Mediapartners/IR1/Rehearsed/Catalogs/7/Items",
  ]);
  const authorization = `Basic ${Buffer.from("IR1:t0ken-1234").toString("base64")}`;
  for (const { headers } of requests)
    expect(headers).toMatchObject({ authorization, "ir-version": spec.version });
  expect(requests[1]?.body).toBe("CampaignId=1000&ClickId=a%26b");
  expect(requests[4]?.headers.accept).toBe("application/pdf");
  expect(requests[5]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(requests[5]?.body).toContain("sku,price");
});

test("retries a GET of a further document after a 503, but not a new POST, each with its own timeout", async () => {
  const { createImpactClient } = (await import(
    pathToFileURL(join(folder, "src/index.ts")).href
  )) as typeof Library;
  const { baseUrl, requests } = await serve({ status: 503, body: "{}" });
  const options = { accountSid: "IR1", authToken: "t0ken-1234", baseUrl, maxRetryDelay: 1 };
  const raw = createImpactClient(options).raw as unknown as {
    GET: (path: string, init: object) => Promise<{ response: Response }>;
    POST: (path: string, init: object) => Promise<{ response: Response }>;
  };
  const params = { path: { AccountSID: "IR1" } };
  const query = { Page: undefined, State: null };
  await raw.GET("/Mediapartners/{AccountSID}/Rehearsed/Actions", { params: { ...params, query } });
  await raw.POST("/Mediapartners/{AccountSID}/Rehearsed/Conversions", { params, body: {} });
  expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
    ...Array.from({ length: 3 }, () => "GET /Mediapartners/IR1/Rehearsed/Actions"),
    "POST /Mediapartners/IR1/Rehearsed/Conversions",
  ]);

  const silent = await serve(() => {});
  const stalled = createImpactClient({
    ...options,
    baseUrl: silent.baseUrl,
    timeout: 50,
    maxRetries: 0,
  }).raw;
  await expect(
    (stalled as unknown as typeof raw).GET("/Mediapartners/{AccountSID}/Rehearsed/Actions", {
      params,
    }),
  ).rejects.toMatchObject({ code: "timeout" });
});
