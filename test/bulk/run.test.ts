import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test, vi } from "vitest";
import { serve } from "../support/server.ts";
import { root, runProgram } from "../support/workspace.ts";
import {
  folder,
  TOKEN,
  BASIC,
  PATH,
  SANDBOX,
  bulk,
  put,
  text,
  targets,
  linker,
  answering,
  answer,
  useAccountAndFolder,
} from "../support/bulk/command.ts";

useAccountAndFolder();

test("a run sends each row, writes it in order with its link, and leaves its task behind", async () => {
  const server = await linker();
  put(
    "in.csv",
    "programId,sku,DeepLink,subId1,type,customPath\n" +
      '1000,00123, https://shop.example/?a=1 ,"a ""b""",,\n' +
      "2000,x,,, vanity ,Sale\n",
  );

  expect(await bulk("in.csv --out out.csv --concurrency 1")).toEqual({
    code: 0,
    stdout: "",
    stderr:
      "impact-links: in.csv: 2 rows; parameters: programId, DeepLink, subId1, type, customPath; passed through: sku\n" +
      "impact-links: 2 rows: 2 created\n",
  });
  expect(targets(server)).toEqual([
    `${PATH}/1000/TrackingLinks?DeepLink=https%3A%2F%2Fshop.example%2F%3Fa%3D1&subId1=a%20%22b%22`,
    `${PATH}/2000/TrackingLinks?Type=Vanity&CustomPath=Sale`,
  ]);
  expect(text("out.csv")).toBe(
    "programId,sku,DeepLink,subId1,type,customPath,trackingUrl,status,errorCode,error\n" +
      '1000,00123, https://shop.example/?a=1 ,"a ""b""",,,https://example.sjv.io/1,created,,\n' +
      "2000,x,,, vanity ,Sale,https://example.sjv.io/2,created,,\n",
  );
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);
  const [task = "", ...entries] = text("out.csv.journal").split("\n");
  expect(JSON.parse(task)).toEqual({
    journal: 1,
    "the input": createHash("sha256").update(text("in.csv")).digest("hex"),
    "the account": expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    "the server": server.baseUrl,
    "the results": ["trackingUrl", "status", "errorCode", "error"],
    "--delimiter": null,
    "--encoding": null,
    "--skip-lines": null,
    "--append-ids": false,
    "--sandbox": false,
  });
  const url = "https://example.sjv.io";
  const key = expect.stringMatching(/^[\w-]{22}$/) as string;
  const [begun, ...records] = entries.filter(Boolean).map((line) => JSON.parse(line) as unknown);
  expect([begun, records.pop()]).toEqual([{ finished: false }, { finished: true }]);
  // Rows that finish in one turn of the event loop share one write.
  expect(records).toHaveLength(4);
  expect(records).toEqual(
    expect.arrayContaining([
      { sent: 0, key },
      { row: 0, status: "created", trackingUrl: `${url}/1` },
      { sent: 1, key, isVanity: true },
      { row: 1, status: "created", trackingUrl: `${url}/2` },
    ]),
  );
});

test("a run sends one request for rows that ask for the same link", async () => {
  const server = await linker();
  put("in.csv", "programId,sku\n1,a\n1,b\n 1 ,c\n2,d\n");
  expect((await bulk("in.csv --out out.csv --silent --concurrency 1")).code).toBe(0);
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`, `${PATH}/2/TrackingLinks`]);
  expect(text("out.csv")).toBe(
    "programId,sku,trackingUrl,status,errorCode,error\n" +
      "1,a,https://example.sjv.io/1,created,,\n" +
      "1,b,https://example.sjv.io/1,reused,,\n" +
      " 1 ,c,https://example.sjv.io/1,reused,,\n" +
      "2,d,https://example.sjv.io/2,created,,\n",
  );
});

test("a run with --append-ids sends one request for rows that differ only in ids", async () => {
  const server = await linker();
  put("in.csv", "programId,subId1,sharedId\n1,a,\n1,b,x&y\n1,,\n");
  expect((await bulk("in.csv --out out.csv --append-ids --silent")).code).toBe(0);
  expect(targets(server)).toEqual([`${PATH}/1/TrackingLinks`]);
  expect(text("out.csv")).toBe(
    "programId,subId1,sharedId,trackingUrl,status,errorCode,error\n" +
      "1,a,,https://example.sjv.io/1?subId1=a,created,,\n" +
      "1,b,x&y,https://example.sjv.io/1?subId1=b&sharedid=x%26y,reused,,\n" +
      "1,,,https://example.sjv.io/1,reused,,\n",
  );
});

test("a run with --silent prints nothing", async () => {
  await linker();
  put("in.csv", "programId\n1\n");
  expect(await bulk("in.csv --out out.csv --silent")).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(await bulk("in.csv --out out.csv --silent")).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

test("a run with --sandbox needs no credentials, sends nothing, and always says so", async () => {
  vi.unstubAllEnvs();
  vi.stubEnv("IMPACT_ACCOUNT_SID", "");
  put("in.csv", "programId,type,customPath\n1,Vanity,x\n");
  expect(await bulk("in.csv --out - --sandbox --silent")).toEqual({
    code: 0,
    stdout:
      "programId,type,customPath,trackingUrl,status,errorCode,error\n" +
      "1,Vanity,x,https://example.sjv.io/x,created,,\n",
    stderr: SANDBOX,
  });
  expect((await bulk("in.csv --dry-run --sandbox --silent")).stderr).toBe(SANDBOX);
});

test("a run of one row calls it a row", async () => {
  put("in.csv", "programId\n1\n");
  expect((await bulk("in.csv --out - --sandbox")).stderr).toBe(
    `${SANDBOX}impact-links: in.csv: 1 row; parameters: programId\nimpact-links: 1 row: 1 created\n`,
  );
});

test("a run of a file with only a header writes a header", async () => {
  const server = await linker();
  put("in.csv", "programId\n");
  expect(await bulk("in.csv --out out.csv")).toEqual({
    code: 0,
    stdout: "",
    stderr:
      "impact-links: in.csv: 0 rows; parameters: programId\nimpact-links: 0 rows: nothing to do\n",
  });
  expect(text("out.csv")).toBe("programId,trackingUrl,status,errorCode,error\n");
  expect(targets(server)).toEqual([]);
});

const MAKE = { TrackingURL: "https://example.sjv.io/x" };

async function outcomes(
  act: (response: ServerResponse, target: string) => void,
  rows: readonly string[],
) {
  const server = await answering((response, _, target) => act(response, target));
  put("in.csv", `programId,type\n${rows.join("\n")}\n`);
  const ran = await bulk("in.csv --out out.csv --concurrency 1");
  const written = (parse(text("out.csv"), { columns: true }) as Record<string, string>[]).map(
    ({ programId, status, errorCode, error = "" }) =>
      [programId, status, errorCode, error.replaceAll(server.baseUrl, "")].join("|"),
  );
  const said = ran.stderr.split("\n").slice(1).join("\n").replaceAll(server.baseUrl, "");
  return { code: ran.code, said, written, sent: server.requests.length };
}

test("the outcome of a row has the code and the message of the refusal", async () => {
  const refusals: Record<string, (response: ServerResponse) => void> = {
    "400": (response) =>
      answer(response, 400, {
        Status: "ERROR",
        Message: "Bad request",
        Errors: [{ Field: "AdId", Message: "is unknown" }],
      }),
    "403": (response) => answer(response, 403, { message: "Access denied" }),
    "404": (response) => answer(response, 404, { Status: "ERROR", Message: "Program not found" }),
    "200": (response) => answer(response, 200, MAKE),
    "204": (response) => void response.writeHead(200).end("<html>"),
  };
  const ids = Object.keys(refusals);
  expect(
    await outcomes(
      (response, target) => refusals[/Programs\/(\d+)/.exec(target)?.[1] ?? ""]?.(response),
      ids.map((id) => `${id},`),
    ),
  ).toEqual({
    code: 3,
    said:
      "impact-links: 5 rows: 1 created, 3 failed, 1 unknown\n" +
      "  unexpected_response: 1\n  invalid_request: 1\n  forbidden: 1\n  not_found: 1\n",
    written: [
      "200|created||",
      expect.stringMatching(/^204\|unknown\|unexpected_response\|POST .* answered 200/) as string,
      expect.stringMatching(
        /^400\|failed\|invalid_request\|POST .* answered 400: Bad request.*AdId.*is unknown/,
      ) as string,
      `403|failed|forbidden|POST /Mediapartners/[account]/Programs/403/TrackingLinks answered 403: Access denied`,
      `404|failed|not_found|POST /Mediapartners/[account]/Programs/404/TrackingLinks answered 404: Program not found`,
    ],
    // The answer that is none was asked for three times.
    sent: 7,
  });
});

test("the outcome of a row is unknown for a Vanity link whose answer got lost, and it is not sent again", async () => {
  const { code, said, written, sent } = await outcomes(
    (response, target) => {
      if (target.includes("/1/")) response.destroy();
      else if (target.includes("/2/")) answer(response, 500, { Message: "Oops" });
      else answer(response, 200, MAKE);
    },
    ["1,Vanity", "2,Vanity", "3,Vanity"],
  );
  expect({ code, said, sent }).toEqual({
    code: 3,
    said: "impact-links: 3 rows: 1 created, 2 unknown\n  connection: 1\n  server_error: 1\n",
    sent: 3,
  });
  expect(written.map((row) => row.split("|").slice(0, 3).join("|"))).toEqual([
    "1|unknown|connection",
    "2|unknown|server_error",
    "3|created|",
  ]);
});

test("after the limit of Vanity links is reached, no Vanity row is sent and each has the error", async () => {
  const { code, said, written, sent } = await outcomes(
    (response, target) => {
      if (target.includes("Vanity")) {
        answer(response, 403, { message: "The limit of 5000 vanity links is reached." });
      } else answer(response, 200, MAKE);
    },
    ["1,Vanity", "2,Vanity", "3,"],
  );
  expect({ code, said, sent }).toEqual({
    code: 3,
    said: "impact-links: 3 rows: 1 created, 2 failed\n  vanity_limit_reached: 2\n",
    sent: 2,
  });
  expect(written).toEqual([
    `1|failed|vanity_limit_reached|POST /Mediapartners/[account]/Programs/1/TrackingLinks answered 403: The limit of 5000 vanity links is reached.`,
    `2|failed|vanity_limit_reached|Not sent, because an earlier request was refused: POST /Mediapartners/[account]/Programs/1/TrackingLinks answered 403: The limit of 5000 vanity links is reached.`,
    "3|created||",
  ]);
});

test("a run whose credentials are refused stops with exit code 1 and marks no row", async () => {
  const server = await answering((response, count) => {
    if (count === 1) answer(response, 401, { Message: "No." });
    else answer(response, 200, { TrackingURL: "https://example.sjv.io/1" });
  });
  put("in.csv", "programId\n1\n2\n3\n");
  const { code, stderr } = await bulk("in.csv --out out.csv --concurrency 1");
  expect({ code, said: stderr.replaceAll(server.baseUrl, "").split("\n").slice(1) }).toEqual({
    code: 1,
    said: [
      `impact-links: POST /Mediapartners/IR1/Programs/1/TrackingLinks answered 401: No.`,
      "impact-links: stopped with 0 of 3 rows done; run the same command again to resume",
      "",
    ],
  });
  expect(server.requests).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);

  expect((await bulk("in.csv --out out.csv --silent --concurrency 1")).code).toBe(0);
  expect(targets(server).slice(1)).toEqual(
    ["1", "2", "3"].map((id) => `${PATH}/${id}/TrackingLinks`),
  );
  expect(readdirSync(folder).sort()).toEqual(["in.csv", "out.csv", "out.csv.journal"]);
});

test("a refused row brings no secret to the output, the journal or the terminal, whatever a server echoes", async () => {
  const echoes = (response: ServerResponse, authorization = "") => ({
    400: () =>
      answer(response, 400, {
        Message: `no ${authorization} ${TOKEN}`,
        Errors: [{ Field: TOKEN, Message: BASIC }],
      }),
    404: () => answer(response, 404, { Message: `${encodeURIComponent(authorization)} ${TOKEN}` }),
    401: () => answer(response, 401, { Message: authorization }),
    200: () => answer(response, 200, { Nothing: authorization, Token: TOKEN }),
  });
  const server = await serve((request, response) => {
    const { authorization } = request.headers;
    const id = Number(/Programs\/(\d+)/.exec(request.url ?? "")?.[1]) as 400;
    echoes(response, authorization)[id]();
  });
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  put("in.csv", "programId,type\n400,\n404,\n200,Vanity\n401,\n");
  // Every file and stream is searched for the secrets by bulk().
  expect((await bulk("in.csv --out out.csv --concurrency 1")).code).toBe(1);
  expect(text("out.csv.journal")).toContain("[redacted]");
  expect((await bulk("in.csv --out - --concurrency 1")).stdout).toContain("[redacted]");
});

test("off a terminal a line says that it waits, and until when", async () => {
  const { baseUrl } = await serve((_, response, count) => {
    const used = { "X-RateLimit-Limit-hour": "2", "RateLimit-Reset": "1" };
    const left = { "X-RateLimit-Remaining-hour": String(Math.max(0, 2 - count)) };
    response.writeHead(200, { "Content-Type": "application/json", ...used, ...left });
    response.end(JSON.stringify({ TrackingURL: `https://example.sjv.io/${count}` }));
  });
  put("in.csv", "programId\n1\n2\n3\n");
  const env = { IMPACT_BASE_URL: baseUrl, IMPACT_ACCOUNT_SID: "IR1", IMPACT_AUTH_TOKEN: TOKEN };
  const child = spawn(
    process.execPath,
    [join(root, "dist/cli.js"), "bulk", join(folder, "in.csv"), "--out", "-", "--concurrency", "1"],
    { env: { ...process.env, ...env } },
  );
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.resume();
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  expect(stderr.split("\n").slice(1)).toEqual([
    expect.stringMatching(
      /^impact-links: 2\/3 · waiting for the quota until \d\d:\d\d(:\d\d)? · quota 0\/2$/,
    ) as string,
    "impact-links: 3 rows: 3 created",
    "",
  ]);
});

test.skipIf(!existsSync("/dev/full"))(
  "an output that cannot be written ends the run, and is reported",
  async () => {
    const server = await linker();
    put("in.csv", "programId\n1\n");
    const env = {
      IMPACT_ACCOUNT_SID: "IR1",
      IMPACT_AUTH_TOKEN: TOKEN,
      IMPACT_BASE_URL: server.baseUrl,
    };
    const command = `"${process.execPath}" "${join(root, "dist/cli.js")}" bulk "${join(folder, "in.csv")}" --out - --silent > /dev/full`;

    const { code, stderr } = await runProgram("bash", ["-c", command], { env });

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "impact-links: ENOSPC: no space left on device, write\n" +
        "impact-links: not written:\n" +
        "programId,trackingUrl,status,errorCode,error\n" +
        "1,https://example.sjv.io/1,created,,\n" +
        "impact-links: stopped with 1 of 1 rows done\n",
    });
  },
);

test("an unknown Vanity link stays unknown if it is refused when it is sent again", async () => {
  let isUp = false;
  const server = await serve((_, response) => {
    const [status, words] = isUp ? [400, "CustomPath is already in use."] : [500, "Oops"];
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ Status: "ERROR", Message: words }));
  });
  vi.stubEnv("IMPACT_BASE_URL", server.baseUrl);
  put("in.csv", "programId,type,customPath\n1,Vanity,Sale\n");
  await bulk("in.csv --out out.csv");
  isUp = true;

  const { code } = await bulk("in.csv --out out.csv --retry-unknown");

  expect(code).toBe(3);
  expect(server.requests.length).toBe(2);
  expect(text("out.csv").split("\n")[1]).toBe(
    `1,Vanity,Sale,,unknown,invalid_request,POST ${server.baseUrl}/Mediapartners/[account]/Programs/1/TrackingLinks answered 400: CustomPath is already in use. (an earlier request may have made a link)`,
  );
});
