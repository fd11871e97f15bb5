/** `   ```json`, and the line that ends it. Source: CommonMark 4.5. */
const fenceLine = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/gm;

/** Tells of positions, asked in rising order, whether they lie in a fenced code block. A block without an end goes on to the text's. */
export function codeBlocksOf(text: string): (position: number) => boolean {
  const blocks: { from: number; to: number }[] = [];
  let open: { fence: string; from: number } | undefined;
  for (const { 1: fence = "", 2: rest = "", index, 0: line } of text.matchAll(fenceLine)) {
    if (open === undefined) open = { fence, from: index };
    else if (fence.startsWith(open.fence) && rest.trim() === "") {
      blocks.push({ from: open.from, to: index + line.length });
      open = undefined;
    }
  }
  if (open !== undefined) blocks.push({ from: open.from, to: text.length });
  let at = 0;
  return (position) => {
    while ((blocks[at]?.to ?? Number.POSITIVE_INFINITY) <= position) at += 1;
    return (blocks[at]?.from ?? Number.POSITIVE_INFINITY) <= position;
  };
}
