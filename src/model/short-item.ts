import type { EvaluationItem } from "./evaluation.ts";

/**
 * The item, or, when it has more characters, its beginnings: each text is cut, the parts of a context together, and history,
 * tool calls and instructions are left out.
 */
export function shortItem(
  item: EvaluationItem,
  maxCharacters: number,
): { readonly item: EvaluationItem; readonly isShortened: boolean } {
  const isShortened = charactersOf(item) > maxCharacters;
  return { item: isShortened ? shorten(item, maxCharacters) : item, isShortened };
}

function shorten(
  { key, input, output, context, expected, metadata, origin }: EvaluationItem,
  maxCharacters: number,
): EvaluationItem {
  return {
    key,
    input: cut(input, maxCharacters),
    output: cut(output, maxCharacters),
    context: cutAll(context, maxCharacters),
    ...(expected && { expected: cutAll(expected, maxCharacters) }),
    metadata: JSON.stringify(metadata).length > maxCharacters ? {} : metadata,
    ...(origin && { origin }),
  };
}

const charactersOf = ({ input, output, context, expected, ...others }: EvaluationItem): number =>
  [input, output, ...context, ...(expected ?? [])].reduce((sum, text) => sum + text.length, 0) +
  JSON.stringify(others).length;

const cut = (text: string, maxCharacters: number): string =>
  text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;

function cutAll(texts: readonly string[], maxCharacters: number): readonly string[] {
  let left = maxCharacters;
  return texts.flatMap((text) => {
    if (left <= 0) return [];
    const shown = cut(text, left);
    left -= text.length;
    return [shown];
  });
}
