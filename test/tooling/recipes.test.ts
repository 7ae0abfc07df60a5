import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createImpactClient, type ImpactClient } from "../../src/index.ts";
import { createFakeImpact, type FakeImpact } from "../../src/testing/index.ts";
import { load, readPage } from "../support/pages.ts";
import { emptyFolder, root, runProgram } from "../support/workspace.ts";

// What docs/recipes.md does when things go wrong; that its blocks do what they say is shown in docs.test.ts.

type Handle = (request: Request, ...rest: unknown[]) => Promise<Response>;

let fake: FakeImpact;

beforeEach(() => {
  fake = createFakeImpact();
  vi.stubGlobal("fetch", fake.fetch);
  vi.stubEnv("IMPACT_ACCOUNT_SID", "IR1");
  vi.stubEnv("IMPACT_AUTH_TOKEN", "t0ken-1");
  vi.stubEnv("IMPACT_BASE_URL", "");
  return () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  };
});

test("the cache recipe keeps links, and neither failures nor calls in flight", async () => {
  const { linkTo, linkFor } = (await load("links.ts")) as {
    linkTo: (deepLink: string) => Promise<string>;
    linkFor: (visitor: string, deepLink: string) => Promise<string>;
  };
  const boots = "https://shop.example/boots";
  fake.failNext({ status: 400 }, { network: "ECONNRESET" });

  await expect(linkTo(boots)).rejects.toMatchObject({ status: 400 });
  // One who comes at the same time as another one whose call is lost is not lost with it.
  const both = await Promise.allSettled([linkTo(boots), linkTo(boots)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(fake.requests.length).toBe(3);

  const plain = await linkTo(boots);
  expect(new URL(await linkFor("ada", boots)).searchParams.get("subId1")).toBe("ada");
  expect(await linkTo(boots)).toBe(plain);
  expect(fake.requests.length).toBe(3);
});

test("the web handler recipe leads to the page itself if there is no link, and logs why", async () => {
  const { handle } = (await load("handle.ts")) as { handle: Handle };
  const log = vi.spyOn(console, "error").mockReturnValue();
  onTestFinished(() => log.mockRestore());
  fake.failNext({ status: 429, headers: { "Retry-After": "700" } }, { status: 403 });
  const ask = async (): Promise<unknown[]> => {
    const { status, headers } = await handle(new Request("https://my.example/boots"));
    return [status, headers.get("location"), headers.get("cache-control")];
  };

  expect(await ask()).toEqual([302, "https://shop.example/boots", "no-store"]);
  expect(await ask()).toEqual([302, "https://shop.example/boots", "no-store"]);
  expect(await ask()).toEqual([
    302,
    expect.stringContaining("https://example.sjv.io/c/"),
    "no-store",
  ]);
  expect(log.mock.calls.map((words) => words.slice(0, 2))).toEqual([
    ["rate_limited", "rejected"],
    ["forbidden", "rejected"],
  ]);
});

test("the web handler recipe sends a visitor to the page after three seconds, and keeps the late link for the next one", async () => {
  const { handle } = (await load("handle.ts")) as { handle: Handle };
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const visit = async (...rest: unknown[]): Promise<string | null> =>
    (await handle(new Request("https://my.example/boots"), ...rest)).headers.get("location");
  fake.failNext({ delay: 8000 });
  const work: Promise<unknown>[] = [];

  const answer = visit((each: Promise<unknown>) => work.push(each));
  const settled = vi.fn();
  void answer.then(settled);
  await vi.advanceTimersByTimeAsync(2999);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(await answer).toBe("https://shop.example/boots");

  await vi.advanceTimersByTimeAsync(5000);
  const [{ url } = { url: "" }] = fake.links;
  expect(await Promise.all(work)).toEqual([url]);
  expect(await visit()).toBe(url);
  expect(fake.requests.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("the web handler recipe ends a call that stalls, and the next visitor has a call of their own", async () => {
  const { handle } = (await load("handle.ts")) as { handle: Handle };
  const log = vi.spyOn(console, "error").mockReturnValue();
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
    log.mockRestore();
  });
  const visit = () => handle(new Request("https://my.example/boots"));
  fake.failNext({ stallBody: true });

  const answer = visit();
  await vi.advanceTimersByTimeAsync(3000);
  expect((await answer).headers.get("location")).toBe("https://shop.example/boots");
  await vi.advanceTimersByTimeAsync(27_000);
  expect(log.mock.calls.map((words) => words.slice(0, 2))).toEqual([["timeout", "unknown"]]);
  expect(vi.getTimerCount()).toBe(0);
  expect((await visit()).headers.get("location")).toBe(fake.links[1]?.url);
});

test.each([
  ["GET // HTTP/1.1", 404],
  ["GET http://other.example/boots HTTP/1.1", 404],
  ["GET http://[/ HTTP/1.1", 404],
  ["TRACE /boots HTTP/1.1", 405],
  ["OPTIONS * HTTP/1.1", 405],
  ["POST /boots HTTP/1.1", 405],
  ["GET /boots HTTP/1.1", 302],
])("the node:http recipe survives %s", async (line, status) => {
  const { server } = (await load("server.ts")) as { server: Server };
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const ask = async (first: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    // Not `end`: Node drops a request whose client closes its half before the answer.
    socket.write(`${first}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    return text(socket);
  };

  expect(await ask(line)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await ask("GET /shoes HTTP/1.1")).toMatch(/^HTTP\/1.1 302 /);
});

test("the Worker, Next.js and Hono recipes answer alike", async () => {
  const {
    default: worker,
    GET,
    app,
  } = (await load("mount.ts")) as {
    default: { fetch: Handle };
    GET: Handle;
    app: { fetch: Handle };
  };
  const request = new Request("https://my.example/boots");
  const work: Promise<unknown>[] = [];
  const waitUntil = (each: Promise<unknown>): void => void work.push(each);
  const answers = await Promise.all([
    worker.fetch(request, {}, { waitUntil }),
    GET(request, { params: Promise.resolve({ page: "boots" }) }),
    app.fetch(request),
  ]);
  const [location] = fake.links.map((link) => link.url);
  expect(answers.map(({ status, headers }) => [status, headers.get("location")])).toEqual([
    [302, location],
    [302, location],
    [302, location],
  ]);
  expect(await Promise.all(work)).toEqual([location]);
});

test("the Next.js recipe asks the patched fetch of each call not to cache it", async () => {
  const { impact } = (await load("uncached.ts")) as { impact: ImpactClient };
  const cached = new Map<string, Promise<Response>>();
  const inits: (RequestInit | undefined)[] = [];
  // As Next.js does for a page: whatever does not opt out is answered from the cache.
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    inits.push(init);
    if (init?.cache === "no-store") return fake.fetch(url, init);
    const answer = cached.get(url) ?? fake.fetch(url, init);
    cached.set(url, answer);
    return (await answer).clone();
  });
  const plain = createImpactClient();

  for (const client of [plain, plain]) await client.trackingLinks.create({ programId: "1" });
  expect([fake.requests.length, plain.quota?.remaining]).toEqual([1, 999]);

  await impact.trackingLinks.create({ programId: "1" });
  await impact.trackingLinks.create({ programId: "1" });
  await impact.raw.POST("/Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks", {
    params: { path: { AccountSID: "IR1", ProgramId: "1" } },
  });
  expect([fake.requests.length, impact.quota?.remaining]).toEqual([4, 996]);
  const [create] = inits.slice(2);
  expect(create).toMatchObject({ method: "POST", cache: "no-store", redirect: "manual" });
  expect(inits.map((init) => init?.cache)).toEqual([
    undefined,
    undefined,
    "no-store",
    "no-store",
    "no-store",
  ]);
});

test("the nightly recipe writes a file per day, reuses the last one, and mails if a row has no link", async () => {
  const [, script = ""] = /```sh\n(#!\/bin\/sh\n[^`]*)```/.exec(readPage("docs/recipes.md")) ?? [];
  const folder = emptyFolder();
  const command = script.replace("/srv/links", folder);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const stubs = {
    npx: `shift; exec "${process.execPath}" "${join(root, "dist/cli.js")}" "$@"`,
    mail: `echo "$@" >> "${join(folder, "mail.txt")}"`,
  };
  for (const [name, body] of Object.entries(stubs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const sandbox = spawn(process.execPath, [join(root, "dist/cli.js"), "sandbox", "--port", "0"]);
  onTestFinished(() => void sandbox.kill());
  const [address] = (await once(sandbox.stdout, "data")) as [Buffer];
  const env = { IMPACT_BASE_URL: address.toString().trim(), PATH: `${bin}:${process.env["PATH"]}` };
  const run = (feed: string): Promise<unknown> => {
    writeFileSync(join(folder, "feed.csv"), feed);
    return runProgram("/bin/sh", ["-c", command], { env });
  };
  const outputs = (): string[] => readdirSync(folder).filter((name) => name.startsWith("links-"));
  const rename = (to: string): void => {
    for (const name of outputs()) {
      renameSync(join(folder, name), join(folder, name.replace(/\d{4}-\d\d-\d\d/, to)));
    }
  };

  expect(await run("programId,sku\n1000,a\n")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(outputs()).toEqual([
    expect.stringMatching(/^links-\d{4}-\d\d-\d\d\.csv$/),
    expect.stringMatching(/\.csv\.journal$/),
  ]);
  expect(readFileSync(join(folder, outputs()[0] ?? ""), "utf8")).toMatch(/,created,,\n$/);
  expect(existsSync(join(folder, "mail.txt"))).toBe(false);

  rename("2001-01-01");
  await run("programId,sku\n1000,b\n2000,c\n");
  expect(readFileSync(join(folder, outputs().at(-2) ?? ""), "utf8")).toMatch(
    /\n1000,b,https:.*,reused,,\n2000,c,https:.*,created,,\n$/,
  );

  for (const name of outputs()) rmSync(join(folder, name));
  await run("programId,deepLink\n1000,nowhere\n");
  expect(readFileSync(join(folder, "mail.txt"), "utf8")).toBe("-s links: exit 3 me@example.com\n");
});
