import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/workspace.ts";

const read = (name: string): string => readFileSync(join(root, "compat/types", name), "utf8");

/** Compiles a text against src/, as a file of compat/types/. */
function compile(
  name: string,
  text: string,
  changes: ts.CompilerOptions,
): readonly ts.Diagnostic[] {
  const file = join(root, "compat/types", name);
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) =>
    ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const settings = { ...options, ...changes };
  const host = ts.createCompilerHost(settings);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) =>
    path === file ? ts.createSourceFile(path, text, version) : getSourceFile(path, version);
  const program = ts.createProgram([file], settings, host);
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(program.getSourceFile(file)),
    ...program.getSemanticDiagnostics(program.getSourceFile(file)),
  ];
}

/** The comment above each mistake, by the 0-based number of the line below it, which the message must name. */
function expectedMessages(text: string): Map<number, string[]> {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.includes("@ts-expect-error") ? [index] : []));
  return new Map(
    starts.map((start) => {
      const length = lines.slice(start).findIndex((line) => !line.trim().startsWith("//"));
      const comment = lines.slice(start, start + length);
      return [start + length, comment.map((line) => line.replace(/^ *\/\/ (@\S+ )?/, ""))];
    }),
  );
}

test.each([
  ["off", false],
  ["on", true],
])("the compiler names every mistake, with exactOptionalPropertyTypes %s", (_, exact) => {
  const text = read("mistakes.mts");
  const expected = expectedMessages(text);
  // Of the same length, so that positions are those of `text`.
  const unsuppressed = text.replaceAll("@ts-expect-error", "@ts-expect-@@@@@");
  const found = compile("mistakes.mts", unsuppressed, { exactOptionalPropertyTypes: exact }).map(
    ({ code, file, start = 0, length = 0, messageText }): [number, string[]] => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      const message = ts.flattenDiagnosticMessageText(messageText, "\n").split("\n");
      const lines = [`TS${code} at \`${text.slice(start, start + length)}\``, ...message];
      return [line, lines.slice(0, expected.get(line)?.length ?? 2)];
    },
  );
  expect(found).toEqual([...expected]);
});

test.each([
  ["strict", {}],
  ["strict without exactOptionalPropertyTypes", { exactOptionalPropertyTypes: false }],
  ["not strict", { exactOptionalPropertyTypes: false, strict: false }],
])("calls as people build them compile, %s", (_, changes) => {
  const messages = compile("accepted.mts", read("accepted.mts"), changes).map(
    ({ messageText, file, start = 0 }) => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? -1;
      return `${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    },
  );
  expect(messages).toEqual([]);
});
