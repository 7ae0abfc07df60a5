/**
 * Runs all benchmarks. Writes bench/results.json, then the tables and the chart of docs/performance.md. With names of
 * parts, it runs only these, prints their results and writes nothing.
 *
 *     npm run bench [-- call http …]
 */
import { writeFileSync } from "node:fs";
import { measureCommand, measureMany } from "./bulk.ts";
import { measureCall, measureHttp } from "./call.ts";
import { RESULTS, writeFiles } from "./page.ts";
import type { Results } from "./results.ts";
import { sectionOf } from "./sections.ts";
import { readSetting } from "./setting.ts";
import { measureSize } from "./size.ts";
import { measureStart } from "./start.ts";
import { measureTransport } from "./transport.ts";

type Part = keyof Results;

/** `setting` is first, because it records the load of the machine before the benchmarks add to it. */
const MEASURE: { readonly [Name in Part]: () => Results[Name] | Promise<Results[Name]> } = {
  setting: readSetting,
  call: measureCall,
  http: measureHttp,
  transport: measureTransport,
  start: measureStart,
  many: measureMany,
  command: measureCommand,
  size: measureSize,
};
const PARTS = Object.keys(MEASURE) as Part[];

async function measure<Name extends Part>(name: Name): Promise<Pick<Results, Name>> {
  const part = { [name]: await MEASURE[name]() } as Pick<Results, Name>; // TypeScript widens a computed key to `string`
  console.log(`\n### ${name}\n\n${sectionOf(name, part)}`);
  return part;
}

const given = process.argv.slice(2);
const unknown = given.find((name) => !Object.hasOwn(MEASURE, name));
if (unknown !== undefined) throw new Error(`Expected parts of ${PARTS.join(", ")}, got ${unknown}`);

const results = {};
for (const name of PARTS.filter((part) => given.length === 0 || given.includes(part))) {
  Object.assign(results, await measure(name));
}
if (given.length === 0) {
  // More digits would be noise.
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  writeFileSync(RESULTS, `${JSON.stringify(results, rounded, 2)}\n`);
  await writeFiles();
}
