/** Compares a generated folder with the files that it should have, or writes them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** File name → text. */
export type Texts = ReadonlyMap<string, string>;

/** @returns files that are `changed`, `missing` or `extra`, in this order */
export function differences(folder: string, wanted: Texts): { how: string; name: string }[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");
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

/** Writes only the files that differ, and removes extra ones. */
export function writeFolder(folder: string, wanted: Texts): void {
  mkdirSync(folder, { recursive: true });
  for (const { name } of differences(folder, wanted)) {
    const text = wanted.get(name);
    if (text === undefined) rmSync(join(folder, name), { recursive: true });
    else writeFileSync(join(folder, name), text);
  }
}
