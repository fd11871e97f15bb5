/** Tables that tell screen readers what their cells belong to, and scroll by themselves where the page is narrow. */

export interface Cell {
  /** HTML. */
  readonly content: string;
  readonly style?: string;
}

/** The heading is HTML. */
export type Row = readonly [heading: string, ...cells: readonly Cell[]];

export interface PageTable {
  readonly name: string;
  /** HTML. */
  readonly caption: string;
  /** HTML; the first is that of the rows' own. */
  readonly headings: readonly string[];
  readonly rows: readonly Row[];
}

export function pageTable({ name, caption, headings, rows }: PageTable): string {
  const head = headings.map((heading) => `<th scope="col">${heading}</th>`).join("");
  const body = rows.map(
    ([heading, ...cells]) => `<tr><th scope="row">${heading}</th>${cells.map(toData).join("")}</tr>`,
  );
  return `<div class="wide" role="region" aria-label="${name}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}

const toData = ({ content, style }: Cell): string =>
  `<td${style === undefined ? "" : ` class="${style}"`}>${content}</td>`;

/** How a share (0..1) is coloured: one of five classes of the style sheet. The cell's number says it, too. */
export const shareStyle = (share: number): string => `share-${Math.min(4, Math.floor(share * 5))}`;

/** A sentence about what there was no room for; empty where there was. */
export const leftOut = (count: number, what: string): string => (count > 0 ? ` ${count} more ${what} left out.` : "");
