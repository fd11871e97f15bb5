/**
 * One FTS5 query a word. A user's words are data: each becomes a quoted phrase, in which FTS5 knows no operators. What
 * holds no letter and no digit is no word for the index either, and is left out.
 */
export function wordQueries(text: string): string[] {
  const words = text.split(/[\s\0]+/).filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word));
  return [...new Set(words)].map((word) => `"${word.replaceAll('"', '""')}"`);
}
