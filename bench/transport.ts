/** Measures the recipe "Send faster from Node" beside the client without it and a fetch by hand: npm run bench */
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { compiled, startServer } from "./children.ts";
import { compareOverHttp } from "./turns.ts";

// The code of the page itself, so that the page is what is measured.
const page = readFileSync(new URL("../docs/recipes.md", import.meta.url), "utf8");
const [, code] = /^```ts\n(\/\/ transport\.ts\n.*?)^```$/ms.exec(page) ?? [];
if (code === undefined) {
  throw new Error("Expected a block transport.ts in docs/recipes.md, got none");
}
const recipe = compiled("transport-recipe");
const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
writeFileSync(recipe, ts.transpileModule(code, { compilerOptions }).outputText);

const manifest = new URL("../node_modules/undici/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
console.log(`\nundici ${process.versions["undici"]} in this Node, ${version} in the recipe`);

const { baseUrl, server } = await startServer("socket");
await compareOverHttp(
  {
    raw: ["raw", baseUrl],
    control: ["raw", baseUrl],
    client: ["client", baseUrl],
    "client with undici": ["client", baseUrl, recipe.href],
  },
  { warm: 6000, count: 2000, slices: 4 },
);
server.disconnect();
