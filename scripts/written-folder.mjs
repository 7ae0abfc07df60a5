import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder that a script writes, and nobody else: it is compared with what it should hold, and made that.
 *
 * @typedef {ReadonlyMap<string, string>} Texts file name → its text
 */

/**
 * @param {string} folder
 * @param {Texts} wanted
 * @returns {{ how: string, name: string }[]} files that are `changed`, `missing` or `extra`, in this order
 */
export function differing(folder, wanted) {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const textOf = (/** @type {string} */ name) => readFileSync(join(folder, name), "utf8");
  const common = present.filter((name) => wanted.has(name));
  const missing = [...wanted.keys()].filter((name) => !present.includes(name));
  const extra = present.filter((name) => !wanted.has(name));
  return [
    ...common
      .filter((name) => textOf(name) !== wanted.get(name))
      .map((name) => ({ how: "changed", name })),
    ...missing.map((name) => ({ how: "missing", name })),
    ...extra.map((name) => ({ how: "extra", name })),
  ];
}

/**
 * Touches nothing but what differs.
 *
 * @param {string} folder
 * @param {Texts} wanted
 */
export function writeFolder(folder, wanted) {
  mkdirSync(folder, { recursive: true });
  for (const { name } of differing(folder, wanted)) {
    const text = wanted.get(name);
    if (text === undefined) rmSync(join(folder, name), { recursive: true });
    else writeFileSync(join(folder, name), text);
  }
}
