/** Whoever has misspelt a word is told the known one that it is nearest to. */
import { closest, distance } from "fastest-levenshtein";

/** What is longer is no misspelt word, and would take long to compare. */
const longestWord = 200;

/** The known word that this one was probably meant to be: of its letters a third are wrong at most. Undefined: none is. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > longestWord) return undefined;
  const nearest = closest(word, known);
  return distance(word, nearest) <= Math.max(2, Math.floor(word.length / 3)) ? nearest : undefined;
}

/** The end of a sentence about an unknown word: `, did you mean "contains"?`; nothing when no known one is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? "" : `, did you mean ${JSON.stringify(nearest)}?`;
}
