/**
 * Which of the names that are gone is which of the names that are new: those that differ in case and
 * separators alone, else those that are near and stand for the same.
 *
 * @param {readonly string[]} removed
 * @param {readonly string[]} added
 * @param {(from: string, to: string) => boolean} isSame
 * @returns {Map<string, string>} old name → new name
 */
export function renames(removed, added, isSame) {
  /** @type {Map<string, string>} */
  const found = new Map();
  const pair = (/** @type {(from: string, to: string) => boolean} */ isPair) => {
    for (const from of removed.filter((name) => !found.has(name))) {
      const to = added.find((name) => ![...found.values()].includes(name) && isPair(from, name));
      if (to !== undefined) found.set(from, to);
    }
  };
  pair((from, to) => plain(from) === plain(to));
  pair((from, to) => isNear(plain(from), plain(to)) && isSame(from, to));
  return found;
}

/** @param {string} name */
function plain(name) {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * Half of the longer one or more is common to both. A last digit makes another name: subId1 is no subId2.
 *
 * @param {string} one
 * @param {string} other
 */
function isNear(one, other) {
  if (one.replace(/\d+$/, "") === other.replace(/\d+$/, "")) return false;
  return distance(one, other) * 2 <= Math.max(one.length, other.length);
}

/**
 * Letters to change, add or take away.
 *
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    /** @type {number[]} */
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
