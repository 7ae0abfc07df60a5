/**
 * Starts the measured programs in plain Node, because a loader such as tsx would be measured, too. Compiles them first,
 * file by file. Packages are imported from node_modules, and this package from dist/.
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
    entryFileNames: "[name].mjs", // `.js` would make Node look up a package.json for the module type
    paths: { "impact-partner-client": new URL("../dist/index.js", import.meta.url).href },
    preserveModules: true,
    preserveModulesRoot: bench,
  },
});

export const compiled = (name: string): URL => new URL(`${name}.mjs`, folder);

/** Always sets `execArgv`. By default, `fork` copies that of this process, which loads tsx. */
export const start = (name: string, args: string[], execArgv: string[] = []): ChildProcess =>
  fork(compiled(name), args, { execArgv, stdio: ["ignore", "ignore", "inherit", "ipc"] });

/** `http` is a server of `node:http`. `socket` is a bare TCP server that responds as cheaply as possible. */
export async function startServer(kind: "http" | "socket") {
  const server = start("server", [kind]);
  const [port] = await once(server, "message");
  return { baseUrl: `http://127.0.0.1:${port}`, server };
}
