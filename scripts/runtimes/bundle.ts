/** Bundles an entry of compat/ into one file, with bundlers that users have. */
import { folder, load } from "./project.ts";

// The compiler does not find the packages in compat/, so these types declare the members that are used.
interface Esbuild {
  build: (options: object) => Promise<{
    outputFiles: { text: string }[];
    metafile: { inputs: object };
  }>;
}
interface Vite {
  build: (options: object) => Promise<{ output: { code: string }[] }>;
}

export async function esbuild(
  entry: string,
  options?: object,
): Promise<{ code: string; inputs: string[] }> {
  const { build } = (await load("esbuild")) as Esbuild;
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
    ...options,
  });
  return { code: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

/** @param target where the bundle will run; for a server, Vite bundles packages only with `noExternal` */
export async function vite(entry: string, target: "page" | "server"): Promise<string> {
  const { build } = (await load("vite")) as Vite;
  const where =
    target === "page"
      ? { build: { write: false, rollupOptions: { input: entry } } }
      : { build: { write: false, ssr: entry }, ssr: { noExternal: true } };
  const { output } = await build({
    root: folder,
    configFile: false,
    logLevel: "silent",
    ...where,
  });
  return output[0]?.code ?? "";
}

/** Throws if a browser bundle of call.mjs needs a package other than openapi-fetch, or a module of Node. */
export async function browserBundle(): Promise<string[]> {
  const { code, inputs } = await esbuild("call.mjs", { platform: "browser" });
  const own = /^(call\.mjs|node_modules\/(impact-partner-client|openapi-fetch)\/.+)$/;
  const others = inputs.filter((input) => !own.test(input));
  if (others.length > 0) throw new Error(`Expected no other package, got ${others.join(", ")}`);
  if (/\bnode:|\brequire\(/.test(code)) throw new Error("Expected no module of Node's, got one");
  return inputs.slice(0, -1).map((input) => input.replace("node_modules/", ""));
}
