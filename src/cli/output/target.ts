import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The file that a path leads to, whether it exists or not: two names of one output are one output. */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    try {
      return targetOf(resolve(folder, readlinkSync(path)));
    } catch {
      return folder === path ? path : join(targetOf(folder), basename(path));
    }
  }
}
