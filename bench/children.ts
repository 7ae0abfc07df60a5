/**
 * Starts the measured programs in plain Node, because under a loader such as tsx the loader would be measured, too. They
 * are compiled first, file by file. Packages stay imports from node_modules, and this package is its dist/.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

/** Inside the repository, so that packages resolve. */
const folder = new URL("../.tmp/bench/", import.meta.url);

const bench = fileURLToPath(new URL(".", import.meta.url));
await build({
  cwd: bench,
  input: ["call-child.ts", "bulk-child.ts", "server.ts"],
  external: /^[^./]/,
  platform: "node",
  output: {
    dir: fileURLToPath(folder),
    entryFileNames: "[name].mjs", // spares Node the look for a package.json that says what a .js is
    paths: { "impact-partner-client": new URL("../dist/index.js", import.meta.url).href },
    preserveModules: true,
    preserveModulesRoot: bench,
  },
});

export const compiled = (name: string): URL => new URL(`${name}.mjs`, folder);

/** Always passes `execArgv`: by default `fork` passes that of this process, which is the loader. */
export const start = (name: string, args: string[], execArgv: string[] = []): ChildProcess =>
  fork(compiled(name), args, { execArgv, stdio: ["ignore", "ignore", "inherit", "ipc"] });

/** `http` answers as Node's server does, `socket` as cheaply as possible. */
export async function startServer(kind: "http" | "socket") {
  const server = start("server", [kind]);
  const [port] = await once(server, "message");
  return { baseUrl: `http://127.0.0.1:${port}`, server };
}
