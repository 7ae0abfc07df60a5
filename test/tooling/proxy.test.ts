import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { folderOfFiles } from "../support/pages.ts";
import { startProxy } from "../support/proxy.ts";
import { portOf, serve } from "../support/server.ts";
import { closedPort, selfSigned } from "../support/sockets.ts";
import { root, runProgram, type Result } from "../support/workspace.ts";

// "Use a proxy" in docs/recipes.md, with a real proxy, and on every Node that is installed here.

const installed = ["node-22", "node-24", "node-newest"]
  .map((name) => [name, join(root, `compat/node_modules/${name}/bin/node`)] as const)
  .filter(([, node]) => existsSync(node));
const nodes = [["this Node", process.execPath] as const, ...installed];

// The variables of this machine decide nothing.
beforeEach(() => {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
  for (const name of names) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
  return () => void vi.unstubAllEnvs();
});

const LINK = "https://example.sjv.io/c/1/2/1000";
const TARGET = "/Mediapartners/IR1/Programs/1000/TrackingLinks?subId1=a";

/** The API behind TLS, and what arrives there. */
async function serveTls(): Promise<{ address: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer(selfSigned(), ({ method, url }, response) => {
    requests.push(`${method} ${url}`);
    response.end(JSON.stringify({ TrackingURL: LINK }));
  });
  const address = `127.0.0.1:${await portOf(server)}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address, requests };
}

/** Creates a link in a process of its own. */
function create(node: string, client: string, env: Record<string, string>): Promise<Result> {
  const folder = folderOfFiles();
  const certificate = join(folder, "proxy.pem");
  writeFileSync(certificate, selfSigned().cert);
  const program = join(folder, "program.mjs");
  const code =
    `${client}\n` +
    `const { url } = await impact.trackingLinks.create({ programId: "1000", subId1: "a" })\n` +
    `  .catch(({ code, outcome }) => ({ url: \`\${code} \${outcome}\` }));\n` +
    `console.log(url);\n`;
  writeFileSync(program, code);
  const account = { IMPACT_ACCOUNT_SID: "IR1", IMPACT_AUTH_TOKEN: "t0ken-1" };
  const options = { env: { ...account, NODE_EXTRA_CA_CERTS: certificate, ...env } };
  return runProgram(node, [program], options);
}

const RECIPE = `import { impact } from "./proxy.js";`;
const PLAIN =
  `import { createImpactClient } from "impact-partner-client";\n` +
  `const impact = createImpactClient({ maxRetryDelay: 0 });`;

test("the proxy recipe sends a request through a tunnel of the proxy", async () => {
  const { address, requests } = await serveTls();
  const { url, seen } = await startProxy();
  const env = { HTTPS_PROXY: url, IMPACT_BASE_URL: `https://${address}` };

  const result = await create(process.execPath, RECIPE, env);
  expect(result).toEqual({ code: 0, stdout: `${LINK}\n`, stderr: "" });
  expect(seen).toEqual([`CONNECT ${address}`]);
  expect(requests).toEqual([`POST ${TARGET}`]);
});

test("the proxy recipe sends nothing past a proxy that is down", async () => {
  const { address, requests } = await serveTls();
  const HTTPS_PROXY = `http://127.0.0.1:${await closedPort()}`;
  const env = { HTTPS_PROXY, IMPACT_BASE_URL: `https://${address}` };

  expect((await create(process.execPath, RECIPE, env)).stdout).toBe("connection not_sent\n");
  expect(requests).toEqual([]);
});

/** What the recipe says of versions. */
function readsEnvironment(version: string): boolean {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 21);
}

test.each(nodes)("NODE_USE_ENV_PROXY=1 does what the recipe says on %s", async (_, node) => {
  const { stdout: version } = await runProgram(node, ["--version"]);
  const uses = readsEnvironment(version);
  const { url, seen } = await startProxy();
  const behindTls = await serveTls();
  const link = JSON.stringify({ TrackingURL: LINK });
  const plain = await serve({ body: link });
  const flag = { NODE_USE_ENV_PROXY: "1" };
  const ask = async (env: Record<string, string>): Promise<string[]> => {
    const { stdout } = await create(node, PLAIN, env);
    return [stdout, ...seen.splice(0)];
  };

  const secure = { HTTPS_PROXY: url, IMPACT_BASE_URL: `https://${behindTls.address}` };
  const tunnel = `CONNECT ${behindTls.address}`;
  expect(await ask({ ...secure, ...flag })).toEqual([`${LINK}\n`, ...(uses ? [tunnel] : [])]);
  expect(await ask(secure)).toEqual([`${LINK}\n`]);
  expect(await ask({ ...secure, ...flag, NO_PROXY: "127.0.0.1" })).toEqual([`${LINK}\n`]);
  const { IMPACT_BASE_URL } = secure;
  expect(await ask({ IMPACT_BASE_URL, ...flag, ALL_PROXY: url })).toEqual([`${LINK}\n`]);
  expect(behindTls.requests).toEqual(Array(4).fill(`POST ${TARGET}`));

  // A local server without TLS: the newest Node asks the proxy for the URL, older ones for a tunnel.
  const [stdout, ...through] = await ask({
    HTTP_PROXY: url,
    IMPACT_BASE_URL: plain.baseUrl,
    ...flag,
  });
  expect(stdout).toBe(`${LINK}\n`);
  const either = [`CONNECT ${new URL(plain.baseUrl).host}`, `POST ${plain.baseUrl}${TARGET}`];
  expect(through.map((each) => either.includes(each))).toEqual(uses ? [true] : []);
  expect(plain.requests.map(({ target }) => target)).toEqual([TARGET]);
});
