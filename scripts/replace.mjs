import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Takes what a staging folder holds for a project's own, all of it or nothing. Nothing can rename two folders
 * at once; so the one rename that counts is that of the staging folder itself, from a name that means "in the
 * making" to one that means "decided". Before it, nothing has changed. After it, the rest is carried out: if
 * the system refuses a rename, what was done is undone; if the process is killed, the next that calls
 * {@link recover} carries it out.
 */

/** Inside of the project, so that a rename never crosses file systems; git does not see it. */
const FOLDER = ".tmp/spec-update";

/** What an update replaces, all of it or nothing. */
const NAMES = ["spec", "generated", "api", "src/http/retry-rules.ts"];

/** @param {string} root */
export const stagingOf = (root) => join(root, FOLDER, "staging");

/** @param {string} root */
const decidedOf = (root) => join(root, FOLDER, "decided");

/** Neither carried out nor undone: what is to be done by hand is in its message. */
export class Unfinished extends Error {}

/**
 * @param {string} root
 * @param {(step: string) => void} onStep is told before each step
 */
export function replace(root, onStep) {
  const [staging, decided] = [stagingOf(root), decidedOf(root)];
  // What is left in it is to be taken, and nothing else.
  for (const name of readdirSync(staging)) {
    if (!NAMES.some((each) => each.split("/")[0] === name))
      rmSync(join(staging, name), { recursive: true });
  }
  mkdirSync(join(staging, "new"));
  for (const name of NAMES.filter((each) => existsSync(join(staging, each)))) {
    mkdirSync(dirname(join(staging, "new", name)), { recursive: true });
    renameSync(join(staging, name), join(staging, "new", name));
  }
  onStep("decide");
  renameSync(staging, decided);
  /** @type {Move[]} */
  const moves = [];
  try {
    carryOut(root, onStep, moves);
  } catch (error) {
    undo([[staging, decided], ...moves], error);
    throw error;
  }
  removeRest(root);
}

/**
 * @param {readonly Move[]} moves
 * @param {unknown} reason
 */
function undo(moves, reason) {
  try {
    for (const [from, to] of moves.toReversed()) renameSync(to, from);
  } catch (error) {
    throw unfinished(`${messageOf(reason)}, and then ${messageOf(error)}`, error);
  }
}

/** @param {unknown} error */
const messageOf = (error) => /** @type {Error} */ (error).message;

/**
 * @param {string} why
 * @param {unknown} cause
 */
function unfinished(why, cause) {
  const message =
    `spec/ and generated/ are half replaced: ${why}. ` +
    "Mend that, then run `npm run generate`, which does the rest.";
  return new Unfinished(message, { cause });
}

/**
 * Carries out what an update had decided when it was stopped.
 *
 * @param {string} root
 * @returns {boolean} whether there was anything
 */
export function recover(root) {
  if (!isUnfinished(root)) return false;
  try {
    carryOut(root, () => {}, []);
  } catch (error) {
    throw unfinished(messageOf(error), error);
  }
  removeRest(root);
  return true;
}

/** @param {string} root */
export function isUnfinished(root) {
  return existsSync(decidedOf(root));
}

/** @typedef {[from: string, to: string]} Move */

/**
 * Each step can be done again: it depends on nothing but on what lies where.
 *
 * @param {string} root
 * @param {(step: string) => void} onStep
 * @param {Move[]} moves is told each rename that was made
 */
function carryOut(root, onStep, moves) {
  const move = (/** @type {Move} */ ...[from, to]) => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    moves.push([from, to]);
  };
  const decided = decidedOf(root);
  for (const name of NAMES) {
    const [next, old] = [join(decided, "new", name), join(decided, "old", name)];
    if (!existsSync(next)) continue;
    onStep(`put ${name} aside`);
    if (existsSync(join(root, name)) && !existsSync(old)) move(join(root, name), old);
    onStep(`put ${name} in place`);
    // There again although it was put aside: by git, say, after the first try was stopped.
    rmSync(join(root, name), { recursive: true, force: true });
    move(next, join(root, name));
  }
  onStep("tidy");
  // Out of the way by one rename, so that half of it is never taken for a decision.
  rmSync(restOf(root), { recursive: true, force: true });
  renameSync(decided, restOf(root));
}

/** @param {string} root */
const restOf = (root) => join(root, FOLDER, "done");

/**
 * All is done by now: what cannot be removed goes with the next update.
 *
 * @param {string} root
 */
function removeRest(root) {
  try {
    rmSync(restOf(root), { recursive: true, force: true });
  } catch {
    // It is ours, and in nobody's way.
  }
}
