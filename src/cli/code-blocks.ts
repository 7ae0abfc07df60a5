/** Finds the code blocks of a page in Markdown. */

export interface CodeBlock {
  /** Of the page, from 1, where the block begins. */
  readonly line: number;
  readonly text: string;
}

/** A block that is not closed ends with the page, as in CommonMark. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; line: number; lines: string[] } | undefined;
  const close = (): void => {
    if (open) blocks.push({ line: open.line, text: `${open.lines.join("\n")}\n` });
    open = undefined;
  };
  for (const [index, line] of page.split(/\r?\n/).entries()) {
    const fence = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, line: index + 1, lines: [] };
    } else if (fence?.startsWith(open.fence) && line.trim() === fence) close();
    else open.lines.push(line);
  }
  close();
  return blocks;
}
