import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { operations } from "../generated/operations.ts";
import { run } from "../src/cli/main.ts";
import { version } from "../src/version.ts";
import { serve } from "./support/server.ts";
import { times } from "./support/thorough.ts";
import { root, runProgram } from "./support/workspace.ts";

const TOKEN = "s3cret-t0ken-of-mine";

beforeEach(() => {
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
  vi.stubEnv("IMPACT_AUTH_TOKEN", TOKEN);
});
/** No input, and an environment that says nothing of the terminal. */
const nothing = { stdin: (async function* () {})(), env: {} };

async function command(
  line: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const code = await run(line.split(" ").filter(Boolean), {
    ...nothing,
    stdout: { write: (text, done) => done(void (stdout += text)) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    signal,
  });
  expect(stdout + stderr).not.toContain(TOKEN);
  return { code, stdout, stderr };
}

test("create prints the URL, and sends what the flags say", async () => {
  const { baseUrl, requests } = await serve({ body: '{"TrackingURL":"https://example.sjv.io/x"}' });
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  const line =
    "create --program 1000 --type vanity --custom-path Sale --ad-id 7 --deep-link https://shop.example/ " +
    "--media-partner-property-id 8 --sub-id1 a --sub-id2 b --sub-id3 c --shared-id d";

  expect(await command(line)).toEqual({
    code: 0,
    stdout: "https://example.sjv.io/x\n",
    stderr: "",
  });
  expect(requests.map(({ target }) => target)).toEqual([
    "/Mediapartners/IR1/Programs/1000/TrackingLinks?Type=Vanity&CustomPath=Sale&AdId=7" +
      "&DeepLink=https%3A%2F%2Fshop.example%2F&MediaPartnerPropertyId=8" +
      "&subId1=a&subId2=b&subId3=c&sharedId=d",
  ]);
});

test("--json prints the link as one line of JSON", async () => {
  const { stdout } = await command(
    "create --program 1 --type vanity --custom-path x --sandbox --json",
  );
  expect(stdout).toBe(
    '{"url":"https://example.sjv.io/x","type":"Vanity","programId":"1","raw":{"TrackingURL":"https://example.sjv.io/x"}}\n',
  );
});

test("--sandbox needs no credentials, and stderr says that the link is fake", async () => {
  vi.unstubAllEnvs();
  vi.stubEnv("IMPACT_ACCOUNT_SID", "");
  expect(await command("create --program 1 --type vanity --custom-path x --sandbox")).toEqual({
    code: 0,
    stdout: "https://example.sjv.io/x\n",
    stderr: "impact-links: sandbox, nothing is sent and the link is fake\n",
  });
});

test("missing credentials are an error, never a fake link", async () => {
  vi.stubEnv("IMPACT_AUTH_TOKEN", "");
  expect(await command("create --program 1")).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "impact-links: Expected `authToken` to be given, or IMPACT_AUTH_TOKEN to be set, got neither\n" +
      "  configuration: no link was made, nothing was sent\n",
  });
});

test("a refusal goes to stderr with its code, and whether a link can exist", async () => {
  const body =
    '{"Status":"ERROR","Message":"Bad request","Errors":[{"Field":"AdId","Message":"is unknown"}]}';
  const { baseUrl } = await serve({ status: 400, body });
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  expect(await command("create --program 1 --ad-id 7")).toEqual({
    code: 1,
    stdout: "",
    stderr:
      `impact-links: POST ${baseUrl}/Mediapartners/IR1/Programs/1/TrackingLinks answered 400: Bad request\n` +
      "  AdId: is unknown\n" +
      "  invalid_request: no link was made\n",
  });
});

test("a quota that is used up says when to try again", async () => {
  const { baseUrl } = await serve({ status: 429, headers: { "Retry-After": "700" } });
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  const { code, stderr } = await command("create --program 1");
  expect(code).toBe(1);
  expect(stderr).toContain("rate_limited: no link was made; try again in 700 s\n");
});

test("a server that echoes the credentials does not bring them to the terminal", async () => {
  const { baseUrl } = await serve((request, response) => {
    const { authorization } = request.headers;
    response.writeHead(400).end(JSON.stringify({ Message: `no ${authorization} ${TOKEN}` }));
  });
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  const { code, stderr } = await command("create --program 1");
  expect(code).toBe(1);
  expect(stderr).toContain("answered 400: no Basic [redacted] [redacted]\n");
  expect(stderr).not.toContain(Buffer.from(`IR1:${TOKEN}`).toString("base64"));
});

test("an interruption ends the call with exit code 130", async () => {
  const { baseUrl } = await serve(() => {});
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  expect(await command("create --program 1", controller.signal)).toEqual({
    code: 130,
    stdout: "",
    stderr: "impact-links: interrupted; a link may have been made\n",
  });
});

test.each([
  ["--program 1", "Expected a command first: create, bulk, spec, sandbox", ""],
  ["craete", "Unknown command; did you mean create?", ""],
  ["links", "Unknown command; known are create, bulk, spec, sandbox", ""],
  ["t0ken-that-is-no-command", "Unknown command; known are create, bulk, spec, sandbox", ""],
  ["help craete", "Unknown command; did you mean create?", ""],
  ["help create x", "Unexpected argument: every value needs a flag", "create "],
  ["create --subid1 x", "Unknown option --subid1; did you mean --sub-id1?", "create "],
  ["create -x", "Unknown option --x", "create "],
  ["create --auth-token s3cret-t0ken-of-mine", "Unknown option --auth-token", "create "],
  ["create --auth-token=s3cret-t0ken-of-mine", "Unknown option --auth-token", "create "],
  ["create s3cret-t0ken-of-mine", "Unexpected argument: every value needs a flag", "create "],
  ["create --program 1 --program 2", "--program is given twice", "create "],
  ["create --program", "Option '--program <value>' argument missing", "create "],
  ["create --sandbox=1", "Option '--sandbox' does not take an argument", "create "],
  ["sandbox --port 99999", "--port takes a whole number from 0 to 65535", "sandbox "],
  [
    "sandbox --rate-limit -1",
    "--rate-limit takes a value; write a value that begins with a dash as --rate-limit=-x",
    "sandbox ",
  ],
  [
    "sandbox --vanity-limit=x",
    `--vanity-limit takes a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    "sandbox ",
  ],
])("refuses %j", async (line, message, of) => {
  expect(await command(line)).toEqual({
    code: 2,
    stdout: "",
    stderr: `impact-links: ${message}\nSee impact-links ${of}--help.\n`,
  });
});

test("says where the link is if it cannot be printed", async () => {
  let stderr = "";
  const code = await run("create --program 1 --type vanity --custom-path x --sandbox".split(" "), {
    ...nothing,
    stdout: { write: (_, done) => done(new Error("ENOSPC: no space left on device")) },
    stderr: { write: (text, done) => done(void (stderr += text)) },
    signal: new AbortController().signal,
  });
  expect({ code, stderr: stderr.split("\n")[1] }).toEqual({
    code: 1,
    stderr:
      "impact-links: the link was made but could not be printed: https://example.sjv.io/x " +
      "(ENOSPC: no space left on device)",
  });
});

test("a full disk, a closed stdout and a reader that has gone away lose no link", async () => {
  const { baseUrl } = await serve({ body: '{"TrackingURL":"https://example.sjv.io/x"}' });
  const line = `node ${join(root, "dist/cli.js")} create --program 1`;
  const env = { IMPACT_BASE_URL: baseUrl };
  const full = await runProgram("bash", ["-c", `${line} > /dev/full`], { env });
  expect(full).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "impact-links: the link was made but could not be printed: https://example.sjv.io/x " +
      "(ENOSPC: no space left on device, write)\n",
  });
  expect(await runProgram("bash", ["-c", `${line} >&-`], { env })).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "impact-links: the link was made but could not be printed: https://example.sjv.io/x (stdout is closed)\n",
  });
  expect((await runProgram("bash", ["-c", `${line} > /dev/null`], { env })).code).toBe(0);
  const gone = `set -o pipefail; ${line} | (exec <&-; sleep 1)`;
  expect((await runProgram("bash", ["-c", gone], { env })).stderr).toBe(
    "impact-links: the link was made but could not be printed: https://example.sjv.io/x (write EPIPE)\n",
  );
});

test("refuses what the client refuses, with exit code 2", async () => {
  expect(await command("create --program 1 --type regular --custom-path x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'Expected --custom-path only with type "Vanity", got type "Regular"',
    ) as string,
  });
});

test("help has a flag for every parameter of the document", async () => {
  const { code, stdout } = await command("create --help");
  expect(code).toBe(0);
  for (const { name } of Object.values(operations.createTrackingLink.params)) {
    expect(stdout).toMatch(new RegExp(`^  --[a-z0-9-]+ <.*> +${name}( \\(required\\))?$`, "m"));
  }
  expect((await command("--help")).stdout).toContain("impact-links create --program <id>");
  expect((await command("sandbox --help")).stdout).toContain("--vanity-limit <number>");
  expect((await command("--version")).stdout).toBe(`${version}\n`);
});

test.each([
  ["help", "--help"],
  ["help create", "create --help"],
  ["help bulk", "bulk --help"],
  ["help sandbox", "sandbox --help"],
])("%s prints the same as %s", async (line, flag) => {
  const asked = await command(line);
  expect(asked).toEqual(await command(flag));
  expect(asked).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^[A-Z].*\n\n(.|\n)*Usage\n {2}impact-links /) as string,
    stderr: "",
  });
});

test("without a command prints the help on stderr, with exit code 2", async () => {
  const { stdout } = await command("--help");
  expect(await command("")).toEqual({ code: 2, stdout: "", stderr: stdout });
});

test("sandbox serves the fake API to any program until it is interrupted", async () => {
  const child = spawn(process.execPath, [
    join(root, "dist/cli.js"),
    ..."sandbox --port 0 --rate-limit 2".split(" "),
  ]);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const base = line.toString().trim();
  const url = `${base}/Mediapartners/IR9/Programs/1/TrackingLinks?Type=Vanity&CustomPath=x`;
  const headers = { Authorization: `Basic ${btoa("IR9:any")}`, Accept: "application/json" };

  const first = await fetch(url, { method: "POST", headers });
  expect(first.headers.get("x-ratelimit-remaining-hour")).toBe("1");
  expect(await first.json()).toEqual({ TrackingURL: "https://example.sjv.io/x" });
  expect((await fetch(url, { method: "POST", headers })).status).toBe(400);
  expect((await fetch(url, { method: "POST", headers })).status).toBe(429);
  expect((await fetch(url, { method: "POST" })).status).toBe(401);

  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
});

test("sandbox --programs names the programs, and the domains that each takes deep links to", async () => {
  const child = spawn(process.execPath, [
    join(root, "dist/cli.js"),
    ..."sandbox --port 0 --programs 1000=shop.example|*.b.example,2000=,3000".split(" "),
  ]);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const headers = { Authorization: `Basic ${btoa("IR9:any")}`, Accept: "application/json" };
  const answer = async (program: string, deepLink: string): Promise<unknown> => {
    const path = `/Mediapartners/IR9/Programs/${program}/TrackingLinks`;
    const url = `${line.toString().trim()}${path}?DeepLink=${encodeURIComponent(deepLink)}`;
    const response = await fetch(url, { method: "POST", headers });
    const { message } = (await response.json()) as { message?: string };
    return message ?? response.status;
  };

  expect(await answer("1000", "https://shop.example/")).toBe(200);
  expect(await answer("1000", "https://a.b.example/")).toBe(200);
  expect(await answer("1000", "https://c.example/")).toBe(
    "The domain 'c.example' is not a valid deep link domain for this program.",
  );
  expect(await answer("2000", "https://shop.example/")).toBe(
    "This program does not support deep linking.",
  );
  expect(await answer("3000", "https://shop.example/")).toBe(200);
  expect(await answer("4000", "https://shop.example/")).toBe(404);

  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
});

test("sandbox answers any request line and any body, and forgets what nobody reads", async () => {
  const child = spawn(process.execPath, [
    "--max-old-space-size=64",
    join(root, "dist/cli.js"),
    ..."sandbox --port 0 --rate-limit 100000".split(" "),
  ]);
  onTestFinished(() => void child.kill());
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const base = line.toString().trim();
  const ask = (first: string, body = ""): Promise<string> => {
    const socket = connect(Number(new URL(base).port), "127.0.0.1");
    socket.on("error", () => {});
    const length = Buffer.byteLength(body);
    socket.end(
      `${first} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
    return textOf(socket);
  };
  expect(await ask("POST //")).toMatch(/^HTTP\/1.1 401 /);
  expect(await ask("TRACE /")).toMatch(/^HTTP\/1.1 400 /);
  expect(await ask("POST /", "x".repeat(20_000_000))).toMatch(/^HTTP\/1.1 401 /);

  const headers = { Authorization: `Basic ${btoa("IR9:any")}`, Accept: "application/json" };
  const post = (query: string): Promise<Response> =>
    fetch(`${base}/Mediapartners/IR9/Programs/1/TrackingLinks?${query}`, {
      method: "POST",
      headers,
    });
  expect((await post("Type=Vanity&CustomPath=kept")).status).toBe(200);
  // All of them together are more than the process may hold.
  const long = `x=${"x".repeat(12_000)}`;
  for (let round = 0; round < times(11, 50); round++) {
    await Promise.all(Array.from({ length: 100 }, async () => (await post(long)).text()));
  }
  expect((await post("Type=Vanity&CustomPath=kept")).status).toBe(400);
}, 30_000);

test("create --json shows no control character, whatever the API answers", async () => {
  const TrackingURL = "https://example.sjv.io/c/1/2/3";
  const raw = { TrackingURL, Note: "a\u009b31mb\u202ec\u007f" };
  const { baseUrl } = await serve({ body: JSON.stringify(raw) });
  vi.stubEnv("IMPACT_BASE_URL", baseUrl);
  const { stdout } = await command("create --program 1 --json");
  expect(stdout).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect((JSON.parse(stdout) as { raw: unknown }).raw).toEqual(raw);
});

test.each([
  "create --\u001b[31m\u009b\u202ex",
  "bulk \u001b[31m\u009b\u202ein.csv --out out.csv",
  "bulk in.csv --out \u001b[31m\u009b\u202eout.csv",
])("shows no control character of the arguments: %j", async (line) => {
  const { code, stderr } = await command(line);
  expect(code).toBe(2);
  // The line breaks are the command's own.
  expect(stderr).toMatch(/^impact-links: .*\nSee impact-links \w+ --help\.\n$/);
  expect(stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});

test("sandbox says why it cannot serve", async () => {
  const { baseUrl } = await serve({});
  const { port } = new URL(baseUrl);
  expect(await command(`sandbox --port ${port}`)).toEqual({
    code: 1,
    stdout: "",
    stderr: `impact-links: cannot serve on port ${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
  });
});

test("the built command is a program that node can run", async () => {
  expect(readFileSync(join(root, "dist/cli.js"), "utf8").split("\n", 1)).toEqual([
    "#!/usr/bin/env node",
  ]);
  const result = await runProgram(join(root, "dist/cli.js"), ["--version"]);
  expect(result).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});
