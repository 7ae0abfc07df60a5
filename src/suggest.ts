/**
 * Returns the known name most similar to a given one, ignoring case and punctuation. At most two letters may differ,
 * and fewer in short names.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const text = plain(given);
  const ranked = known
    .filter((name) => Math.abs(plain(name).length - text.length) <= 2)
    .map((name) => ({ name, distance: editDistance(text, plain(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const most = Math.min(2, text.length / 2, plain(best?.name ?? "").length / 3);
  return best !== undefined && best.distance <= most ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substituted = row[j]! + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(substituted, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
