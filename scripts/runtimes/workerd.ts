/** Runs the scenarios in Cloudflare workerd, and the recipe "Answer a web request". */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Results } from "../../compat/scenarios.mjs";
import { root } from "../packed.ts";
import { api } from "./api.ts";
import { esbuild } from "./bundle.ts";
import { baseUrl, folder, inTime, load, start, versionOf, type Attempt } from "./project.ts";

interface Worker {
  ready: Promise<URL>;
  dispatchFetch: (url: string) => Promise<{ json: () => Promise<Results> }>;
  dispose: () => Promise<void>;
}
type Miniflare = new (options: object) => Worker;

export async function workerd(): Promise<Attempt> {
  const { Miniflare } = (await load("miniflare")) as { Miniflare: Miniflare };
  const compatibilityDate = "2026-04-01";
  const idle = "export default { fetch: () => new Response() };";
  await start(async () => {
    const empty = new Miniflare({ modules: true, script: idle, compatibilityDate });
    await empty.ready;
    await empty.dispose();
  });
  const { code } = await esbuild("worker.mjs", { conditions: ["workerd", "worker", "browser"] });
  const bindings = { baseUrl };
  const worker = new Miniflare({ modules: true, script: code, compatibilityDate, bindings });
  try {
    const response = await inTime(worker.dispatchFetch("http://localhost/"));
    const results = await response.json();
    const recipes = await inTime(recipe(Miniflare, compatibilityDate));
    return { version: versionOf("workerd"), results: { ...results, recipe: recipes } };
  } finally {
    await worker.dispose();
  }
}

/** Runs the recipe. If one visitor's connection is reset, the next visitor must still get a link. */
async function recipe(Miniflare: Miniflare, compatibilityDate: string): Promise<string> {
  const page = readFileSync(join(root, "docs/recipes.md"), "utf8");
  for (const name of ["links.ts", "handle.ts", "mount.ts"]) {
    const code = page.split("```ts\n// " + name + "\n")[1]?.split("```")[0];
    if (code === undefined) throw new Error(`Expected a block ${name} in the recipes, got none`);
    writeFileSync(join(folder, name), code);
  }
  const env = { IMPACT_ACCOUNT_SID: "IRcompat", IMPACT_AUTH_TOKEN: "compat-token" };
  const process = JSON.stringify({ env: { ...env, IMPACT_BASE_URL: baseUrl } });
  const { code } = await esbuild("mount.ts", {
    conditions: ["workerd", "worker", "browser"],
    external: ["hono"],
    banner: { js: `globalThis.process = ${process};` },
  });
  const hono = "export class Hono { get() { return this; } }"; // a stub, because the Hono route mounts the same handler
  const modules = [
    { type: "ESModule", path: "mount.js", contents: code },
    { type: "ESModule", path: "hono", contents: hono },
  ];
  const worker = new Miniflare({ modules, compatibilityDate });
  try {
    const { hostname, port, href } = await worker.ready;
    const visitor = connect(Number(port), hostname);
    const asked = once(api, "request");
    visitor.write("GET /boots HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await asked;
    visitor.resetAndDestroy();
    const signal = AbortSignal.timeout(10_000);
    const next = await fetch(`${href}boots`, { redirect: "manual", signal });
    const location = next.headers.get("location") ?? "";
    return location.startsWith("https://example.sjv.io/") ? "ok" : `${next.status} ${location}`;
  } catch (error) {
    return String(error);
  } finally {
    await worker.dispose();
  }
}
