import type { Evidence } from "../../model/judgement.ts";

/** A text that was shown to the judge: where it stands, and the number by which the judge may cite it. */
export interface Passage {
  /** Number of the step (in a turn) or of the turn (in a trajectory); absent: it has none. */
  readonly at?: number;
  readonly text: string;
  readonly spanId?: string | undefined;
  readonly messageIndex?: number | undefined;
}

/** What a judge cites: a number, a quote, or both. */
export interface Citation {
  readonly at: number | null;
  readonly quote: string | null;
}

const maxCitations = 50;
const maxQuoteChars = 300;

/** The citations that hold: of a quote that is not in the passages only the number stays, of a number that is not there nothing. */
export function groundEvidence(citations: readonly Citation[], passages: readonly Passage[]): readonly Evidence[] {
  const searchable = passages.map((passage) => ({ passage, text: squeeze(passage.text) }));
  return citations.slice(0, maxCitations).flatMap(({ at, quote }) => {
    const cited = searchable.filter(({ passage }) => at !== null && passage.at === at);
    const words = squeeze(quote ?? "");
    if (quote !== null && words !== "") {
      const holder = [...cited, ...searchable].find(({ text }) => text.includes(words));
      if (holder !== undefined) return [toEvidence(holder.passage, quote.slice(0, maxQuoteChars))];
    }
    const place = cited.find(({ passage }) => passage.spanId !== undefined || passage.messageIndex !== undefined);
    return place === undefined ? [] : [toEvidence(place.passage)];
  });
}

function toEvidence({ spanId, messageIndex }: Passage, quote?: string): Evidence {
  return {
    ...(spanId === undefined ? {} : { spanId }),
    ...(quote === undefined ? {} : { quote }),
    ...(messageIndex === undefined ? {} : { messageIndex }),
  };
}

/** JSON is shown with line breaks and stored without: white space does not count. */
function squeeze(text: string): string {
  return text.replace(/\s+/g, "");
}
