import { isDeepStrictEqual } from "node:util";
import { codeBlocks } from "./code-blocks.ts";
import { isTooDeep, MAX_DEPTH } from "./depth.ts";
import type { Arguments } from "./flags.ts";
import { EXIT, say, UsageError, why, write, type Io } from "./io.ts";
import { readText, Unreadable } from "./source.ts";

type Keywords = Readonly<Record<string, unknown>>;

/** `impact-links spec`: prints the OpenAPI document of one of the vendor's docs pages, for openapi-typescript. */
export async function spec(given: Arguments, io: Io): Promise<number> {
  const [source] = given.others;
  if (source === undefined)
    throw new UsageError("Expected a page: a file, an address, or - for stdin");
  let page: string;
  try {
    page = await readText(source, io);
  } catch (error) {
    if (io.signal.aborted) {
      await say(io, "interrupted");
      return EXIT.interrupted;
    }
    if (!(error instanceof Unreadable)) throw error;
    throw new UsageError(`Cannot read ${source}: ${error.message}`);
  }
  const [first, ...others] = documentsIn(page, source);
  if (first === undefined) throw new UsageError(`No OpenAPI document in ${source}${hint(page)}`);
  const document = others.reduce(merge, first);
  try {
    await write(io.stdout, `${JSON.stringify(document, null, 2)}\n`);
    return EXIT.done;
  } catch (error) {
    await say(io, `the document could not be printed: ${why(error)}`);
    return EXIT.failed;
  }
}

function hint(page: string): string {
  if (/^\s*</.test(page)) return "; it is HTML: add .md to the page's address";
  if (/^openapi[ \t]*:/m.test(page)) return "; it is YAML, which openapi-typescript reads itself";
  return "";
}

/** The documents in a page: the page itself, or the code blocks that hold one. */
function documentsIn(page: string, source: string): Keywords[] {
  return [{ line: 1, text: page }, ...codeBlocks(page)].flatMap(({ line, text }) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (!/^\s*\{\s*"openapi"\s*:/.test(text)) return [];
      throw new UsageError(`Expected JSON in ${source} from line ${line}, got: ${why(error)}`);
    }
    if (!isObject(value) || !("openapi" in value)) return [];
    if (!isTooDeep(value)) return [value];
    throw new UsageError(`Expected at most ${MAX_DEPTH} levels in ${source}, got more`);
  });
}

function isObject(value: unknown): value is Keywords {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A page may have a document for each operation. Throws {@link UsageError} if they contradict each other. */
function merge(one: Keywords, other: Keywords): Keywords {
  const merged = (section: string): Keywords =>
    union(one[section], other[section], section, (was, is, name) => union(was, is, name));
  return {
    ...one,
    paths: merged("paths"),
    components: merged("components"),
    ...(("webhooks" in one || "webhooks" in other) && { webhooks: merged("webhooks") }),
  };
}

/** @param join merges the values of a name that both have */
function union(one: unknown = {}, other: unknown = {}, where: string, join = expectSame): Keywords {
  if (!isObject(one) || !isObject(other)) {
    throw new UsageError(`Expected ${where} to be an object in each document of the page`);
  }
  const merged = new Map(Object.entries(one));
  for (const [name, value] of Object.entries(other)) {
    merged.set(name, merged.has(name) ? join(merged.get(name), value, name, where) : value);
  }
  return Object.fromEntries(merged);
}

function expectSame(one: unknown, other: unknown, name: string, where: string): unknown {
  if (isDeepStrictEqual(one, other)) return one;
  throw new UsageError(`The page has two documents that differ in ${where}: ${name}`);
}
