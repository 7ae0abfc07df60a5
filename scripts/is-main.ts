import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Whether a module was started rather than imported, also through a symbolic link. */
export function isMain({ url }: ImportMeta): boolean {
  const [, started] = process.argv;
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}
