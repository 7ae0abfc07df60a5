// Compares the recipe "Send faster from Node" with the client without it and with a fetch by hand.

import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { compiled, startServer } from "./children.ts";
import type { HttpResults } from "./results.ts";
import { compareOverHttp } from "./turns.ts";

/** Compiles the code block of docs/recipes.md, so that the published recipe is measured. */
function compileRecipe(): URL {
  const page = readFileSync(new URL("../docs/recipes.md", import.meta.url), "utf8");
  const [, code] = /^```ts\n(\/\/ transport\.ts\n.*?)^```$/ms.exec(page) ?? [];
  if (code === undefined) {
    throw new Error("Expected a block transport.ts in docs/recipes.md, got none");
  }
  const recipe = compiled("transport-recipe");
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  writeFileSync(recipe, ts.transpileModule(code, { compilerOptions }).outputText);
  return recipe;
}

export async function measureTransport(): Promise<HttpResults> {
  const { href } = compileRecipe();
  const { baseUrl, server } = await startServer("socket");
  try {
    return await compareOverHttp(
      {
        raw: ["raw", baseUrl],
        control: ["raw", baseUrl],
        client: ["client", baseUrl],
        "client with undici": ["client", baseUrl, href],
      },
      { warm: 6000, count: 2000, slices: 4 },
    );
  } finally {
    server.disconnect();
  }
}
