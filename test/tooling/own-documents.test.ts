import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { asJavaScript } from "../support/pages.ts";
import { root, runProgram } from "../support/workspace.ts";

// A user's own project, inside of this one so that it finds the package as it was built.
const folder = join(root, ".tmp/own-documents");
const cli = join(root, "dist/cli.js");

const operation = (id: string, more: object = {}) => ({
  operationId: id,
  parameters: [
    { name: "AccountSID", in: "path", required: true, schema: { type: "string" } },
    { name: "PageSize", in: "query", schema: { type: "integer" } },
  ],
  responses: {
    200: {
      description: "OK",
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: {
              Things: { type: "array", items: { $ref: "#/components/schemas/Thing" } },
            },
          },
        },
      },
    },
  },
  ...more,
});

const documentOf = (paths: object): object => ({
  openapi: "3.1.0",
  info: { title: "Things", version: "14" },
  servers: [{ url: "https://api.impact.com" }],
  paths,
  components: { schemas: { Thing: { type: "object", properties: { Id: { type: "string" } } } } },
});

const fence = (document: object): string => `\`\`\`json\n${JSON.stringify(document)}\n\`\`\`\n`;

/** A page with a document for each of two operations, as the vendor's pages have them. */
const PAGE =
  `# Things\n\n## List things\n\n${fence(
    documentOf({ "/Mediapartners/{AccountSID}/Things": { get: operation("listThings") } }),
  )}\n## Make one\n\n` +
  `${fence(documentOf({ "/Mediapartners/{AccountSID}/Things": { post: operation("makeThing") } }))}\n` +
  '```json\n{ "an": "example" }\n```\n';

const run = (args: string[]) => runProgram(process.execPath, args, { cwd: folder });

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "things.md"), PAGE);
});

test("types of a page, made by openapi-typescript, type a call that is right on the wire", async () => {
  const document = await run([cli, "spec", "things.md"]);
  expect(document).toMatchObject({ code: 0, stderr: "" });
  writeFileSync(join(folder, "things.json"), document.stdout);
  const generator = join(root, "node_modules/openapi-typescript/bin/cli.js");
  expect((await run([generator, "things.json", "-o", "things.ts"])).code).toBe(0);
  writeFileSync(
    join(folder, "program.ts"),
    `import { createImpactClient, pages, type paths } from "impact-partner-client";
import type { paths as things } from "./things.js";

const impact = createImpactClient<paths & things>({ accountSid: "IR1", authToken: "t0ken-of-mine" });
const path = { AccountSID: impact.accountSid };
const made = await impact.raw.POST("/Mediapartners/{AccountSID}/Things", { params: { path } });
console.log(made.data?.Things?.[0]?.Id satisfies string | undefined);
const list = pages(impact, "/Mediapartners/{AccountSID}/Things", {
  params: { path, query: { PageSize: 1 } },
});
for await (const { Things = [] } of list) console.log(Things.map(({ Id }) => Id).join());
// @ts-expect-error a number is needed
await impact.raw.GET("/Mediapartners/{AccountSID}/Things", { params: { path, query: { PageSize: "x" } } });
`,
  );
  const config = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await run([tsc, "-p", folder])).toMatchObject({ stdout: "", code: 0 });
  const program = join(folder, "program.js");
  writeFileSync(program, asJavaScript(readFileSync(join(folder, "program.ts"), "utf8")));
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(`${request.method} ${request.url}`);
    const isLast = /Page=2|PageSize=x/.test(request.url ?? "");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ Things: isLast ? [] : [{ Id: `t${targets.length}` }] }));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const env = { IMPACT_BASE_URL: `http://127.0.0.1:${port}` };
  expect(await runProgram(process.execPath, [program], { env })).toEqual({
    code: 0,
    stdout: "t1\nt2\n\n",
    stderr: "",
  });
  const target = "/Mediapartners/IR1/Things";
  expect(targets).toEqual([
    `POST ${target}`,
    `GET ${target}?PageSize=1`,
    `GET ${target}?PageSize=1&Page=2`,
    `GET ${target}?PageSize=x`,
  ]);
});
