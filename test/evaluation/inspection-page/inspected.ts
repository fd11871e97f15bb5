/** Agents and samples for tests of the page, and the page read back. */
import type {
  InspectedAgent,
  InspectedSample,
  InspectedValidation,
} from "../../../src/evaluation/inspection-page/inspection.ts";

/** A trial a letter: `C` and `I` are grades, `X` is none. */
export const judged = (
  details: string,
  grades: string,
  given: Partial<InspectedValidation> = {},
): InspectedValidation => ({
  expectation: { details },
  passed: !grades.includes("I"),
  explanation: `what came of ${details}`,
  notes: grades.split("").map((grade, at) => `trial ${at + 1} of ${details}\n\nGRADE: ${grade}`),
  ...given,
});

export const sampleOf = (sampleId: string | number, ...validated: readonly InspectedValidation[]): InspectedSample => ({
  sampleId,
  validated,
});

export const agentOf = (name: string, ...samples: readonly InspectedSample[]): InspectedAgent => ({ name, samples });

/** The cells of each row of the tables of this name, as text; the row's heading is the first. */
export function rowsOf(page: string, name: string): readonly (readonly string[])[] {
  return page
    .split('<div class="wide" role="region" aria-label="')
    .filter((table) => table.startsWith(`${name}"`))
    .flatMap((table) => [.../<tbody>([^]*?)<\/tbody>/.exec(table)![1]!.matchAll(/<tr>([^]*?)<\/tr>/g)])
    .map(([, row = ""]) => [...row.matchAll(/<t[hd]\b[^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell = ""]) => textOf(cell)));
}

/** The headings of the columns of the first table of this name, as text. */
export function headingsOf(page: string, name: string): readonly string[] {
  const [, head = ""] = new RegExp(`aria-label="${name}"[^]*?<thead>([^]*?)</thead>`).exec(page) ?? [];
  return [...head.matchAll(/<th scope="col">([^]*?)<\/th>/g)].map(([, heading = ""]) => textOf(heading));
}

const textOf = (html: string): string => html.replaceAll(/<[^>]*>/g, "");

/** The elements that are opened and not closed, or closed and not open; empty for a page that is well-formed. */
export function unbalanced(page: string): readonly string[] {
  const open: string[] = [];
  for (const [, close, name = "", empty] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/gi)) {
    if (empty === "/" || name === "meta") continue;
    if (close === "/" && open.at(-1) === name) open.pop();
    else open.push(`${close}${name}`);
  }
  return open;
}
