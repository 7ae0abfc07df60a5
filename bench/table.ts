/** Prints a Markdown table: the first column text, the others numbers. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  for (const cells of [head, rule, ...rows]) console.log(`| ${cells.join(" | ")} |`);
}
