/**
 * Pairs removed with added names: those that differ only in case and separators, then similar ones for which
 * `isSame` holds.
 *
 * @returns old name → new name
 */
export function findRenames(
  removed: readonly string[],
  added: readonly string[],
  isSame: (from: string, to: string) => boolean,
): Map<string, string> {
  const found = new Map<string, string>();
  const pair = (isPair: (from: string, to: string) => boolean) => {
    for (const from of removed.filter((name) => !found.has(name))) {
      const to = added.find((name) => ![...found.values()].includes(name) && isPair(from, name));
      if (to !== undefined) found.set(from, to);
    }
  };
  pair((from, to) => plain(from) === plain(to));
  pair((from, to) => isSimilar(plain(from), plain(to)) && isSame(from, to));
  return found;
}

function plain(name: string) {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** At most half of the letters differ. Names that differ only in a final number are not similar: subId1, subId2. */
function isSimilar(one: string, other: string) {
  if (one.replace(/\d+$/, "") === other.replace(/\d+$/, "")) return false;
  return distance(one, other) * 2 <= Math.max(one.length, other.length);
}

/** Levenshtein distance. */
function distance(one: string, other: string) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next: number[] = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
