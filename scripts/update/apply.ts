/** Reports an update, and writes it if it is not refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenApi } from "../openapi/types.ts";
import type { Part } from "./parts.ts";
import { report, type Findings } from "./report.ts";
import { HalfWritten, publish, removeStaging, stage } from "./staging.ts";

export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  /** Rejects if the text cannot be written, because then nobody can read the report. */
  out: (text: string) => Promise<void>;
  err: (text: string) => Promise<void>;
}

export interface ApplyOptions {
  root: string;
  dryRun: boolean;
  allowBreaking: boolean;
}

interface Update extends Pick<Findings, "rows" | "warnings" | "unsendable"> {
  /** The bundle. */
  document: OpenApi;
  parts: readonly Part[];
}

/** @returns exit code */
export async function apply(
  { document, parts, ...found }: Update,
  { root, dryRun, allowBreaking }: ApplyOptions,
  io: Io,
): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  try {
    const staged = await stage(root, document, parts);
    await io.out(report({ ...found, version, ...staged }));
    const compiles = staged.compile.length === 0;
    const isBreaking = found.rows.some((row) => row.class === "breaking");
    if (!allowBreaking && isBreaking) {
      await io.err(
        "\nBreaking, so nothing was written. To write it anyway, pass --allow-breaking.",
      );
      return 3;
    }
    if (!allowBreaking && found.unsendable.length > 0) {
      await io.err(
        "\n`create` cannot send all of it, so nothing was written. To write it anyway, pass --allow-breaking.",
      );
      return 3;
    }
    if (!allowBreaking && !compiles) {
      await io.err(
        "\nsrc/ does not compile, so nothing was written. To write it anyway, pass --allow-breaking.",
      );
      return 1;
    }
    if (dryRun) {
      await io.out("\nDry run: nothing was written.");
      return 0;
    }
    publish(root, ["spec", "generated", ...(compiles ? ["api"] : []), "src/http/retry-rules.ts"]);
    // The update is written, even if this message cannot be.
    await io.out(conclusion(compiles, isBreaking)).catch(() => {});
    return 0;
  } catch (error) {
    if (!(error instanceof HalfWritten)) throw error;
    await io.err(error.message);
    return 1;
  } finally {
    removeStaging(root);
  }
}

function conclusion(compiles: boolean, isBreaking: boolean): string {
  const entries = isBreaking
    ? "the entries to CHANGELOG.md and MIGRATING.md"
    : "the entry to CHANGELOG.md";
  return (
    `\nWritten: spec/, generated/${compiles ? ", api/" : ""} and src/http/retry-rules.ts.\n` +
    `Next: ${compiles ? "" : "fix the compile errors above, "}set the version in package.json and src/version.ts, add ${entries}, ` +
    `run ${compiles ? "" : "npm run types:report, "}npm run docs, npm run check and npm test.`
  );
}
