import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Resolves the links in a path, so that two names of one output are recognized. The file need not exist. */
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
