import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Takes what a staging folder holds for a project's own, all of it or nothing. Nothing can rename two folders
 * at once; so the one rename that counts is that of the staging folder itself, from a name that means "in the
 * making" to one that means "decided". Before it, nothing has changed. After it, the rest is carried out,
 * by this process or, if it is stopped, by the next that calls {@link recover}.
 */

/** Inside of the project, so that a rename never crosses file systems; git does not see it. */
const FOLDER = ".tmp/spec-update";

/** What an update replaces, all of it or nothing. */
const NAMES = ["spec", "generated", "api", "src/replay-rules.ts"];

/** @param {string} root */
export const stagingOf = (root) => join(root, FOLDER, "staging");

/** @param {string} root */
const decidedOf = (root) => join(root, FOLDER, "decided");

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
  carryOut(root, onStep);
}

/**
 * Carries out what an update had decided when it was stopped.
 *
 * @param {string} root
 * @returns {boolean} whether there was anything
 */
export function recover(root) {
  if (!isUnfinished(root)) return false;
  carryOut(root, () => {});
  return true;
}

/** @param {string} root */
export function isUnfinished(root) {
  return existsSync(decidedOf(root));
}

/**
 * Each step can be done again: it depends on nothing but on what lies where.
 *
 * @param {string} root
 * @param {(step: string) => void} onStep
 */
function carryOut(root, onStep) {
  const decided = decidedOf(root);
  for (const name of NAMES) {
    const [next, old] = [join(decided, "new", name), join(decided, "old", name)];
    if (!existsSync(next)) continue;
    onStep(`put ${name} aside`);
    if (existsSync(join(root, name)) && !existsSync(old)) {
      mkdirSync(dirname(old), { recursive: true });
      renameSync(join(root, name), old);
    }
    onStep(`put ${name} in place`);
    mkdirSync(dirname(join(root, name)), { recursive: true });
    // There again although it was put aside: by git, say, after the first try was stopped.
    rmSync(join(root, name), { recursive: true, force: true });
    renameSync(next, join(root, name));
  }
  onStep("tidy");
  // Out of the way by one rename, so that half of it is never taken for a decision.
  const rest = join(root, FOLDER, "done");
  rmSync(rest, { recursive: true, force: true });
  renameSync(decided, rest);
  rmSync(rest, { recursive: true, force: true });
}
