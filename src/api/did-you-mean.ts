import { closest, distance } from "fastest-levenshtein";

/** The end of a sentence about an unknown word: `, did you mean "contains"?`; nothing when no known one is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0 || word.length > 100) return "";
  const nearest = closest(word, known);
  const isNear = distance(word, nearest) <= Math.max(2, Math.floor(word.length / 3));
  return isNear ? `, did you mean ${JSON.stringify(nearest)}?` : "";
}
