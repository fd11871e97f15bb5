/** The words of a text that say what it is about, cut to their beginnings: "calculating" speaks of "calculate". */
import { foldText } from "./value-keys.ts";

/** Words of grammar, of courtesy, and of requests as such: they stand in any request and in any description. */
const silent = new Set(
  "the and for are was were been does did what which who how when where why you your its this that these those with from can could should would will please tell give find get need want like know help then than there their any some all about into have has had not out also using use used uses make show let our more most per via such".split(
    " ",
  ),
);
const asciiWord = /[a-z]{3,}/g;
const anyWord = /\p{L}{3,}/gu;
const stemLength = 5;

/** Distinct stems of a text. */
export function wordStems(text: string): ReadonlySet<string> {
  const folded = foldText(text);
  const stems = new Set<string>();
  for (const word of folded.match(isAscii(folded) ? asciiWord : anyWord) ?? []) {
    if (!silent.has(word)) stems.add(word.slice(0, stemLength));
  }
  return stems;
}

// eslint-disable-next-line no-control-regex -- the ASCII range is what is meant
const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);

/** Of a name: camel case and snake case are several words. */
export const nameStems = (name: string): ReadonlySet<string> =>
  wordStems(name.replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, "$1 "));

export function countShared(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let shared = 0;
  for (const each of some) if (others.has(each)) shared += 1;
  return shared;
}
