import { expect, test } from "vitest";
import { bulkHelp, createHelp, sandboxHelp, specHelp } from "../src/cli/help.ts";
import { FACTS, flagOf, flagsOf, RESERVED_FLAGS } from "../src/cli/parameters.ts";

const flagsIn = (help: string): string[] =>
  [...help.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name = ""]) => name);

test("no flag of a parameter is one of an option", () => {
  const parameters = [...FACTS.keys()].map(flagOf);
  const options = [bulkHelp, createHelp, sandboxHelp, specHelp]
    .flatMap(flagsIn)
    .filter((flag) => !parameters.includes(flag));
  const known = new Set(RESERVED_FLAGS);
  expect(
    options.filter(
      (flag) => !known.has(flag) && !/^(vanity-limit|rate-limit|programs)$/.test(flag),
    ),
  ).toEqual([]);
});

test("a parameter whose flag has another meaning gets one of its own", () => {
  expect([...flagsOf(["programId", "program", "out", "newParam", "dryRun"]).values()]).toEqual([
    "program",
    "param-program",
    "param-out",
    "new-param",
    "param-dry-run",
  ]);
});
