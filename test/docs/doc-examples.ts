/** The examples of a page of the documentation: code that is run, and beside it what it prints. */

export interface DocExample {
  /** The heading that it stands under, and its number there. */
  readonly name: string;
  readonly language: "sh" | "ts";
  readonly code: string;
  /** What follows it: JSON or text, in which an ellipsis stands for anything. */
  readonly prints?: { readonly language: "json" | "text"; readonly text: string };
}

/** Blocks of YAML are configuration, which is not run. */
export function readExamples(markdown: string): readonly DocExample[] {
  const examples: DocExample[] = [];
  let heading = "";
  for (const [, title, language, code = ""] of markdown.matchAll(/^## (.+)$|^```(\w+)\n([^]*?)^```$/gm)) {
    const last = examples.at(-1);
    if (title !== undefined) heading = title;
    else if (language === "sh" || language === "ts")
      examples.push({ name: `${heading}, ${language} ${examples.length + 1}`, language, code });
    else if ((language === "json" || language === "text") && last !== undefined && last.prints === undefined)
      examples.splice(-1, 1, { ...last, prints: { language, text: code } });
    else if (language !== "yaml")
      throw new Error(`a block of ${language} that follows no example: ${code.slice(0, 80)}`);
  }
  return examples;
}

/** What the page shows if this is what it means by it, empty objects standing for any; else what was printed. */
export function asPrinted(actual: string, { language, text }: NonNullable<DocExample["prints"]>): string {
  const isLikeIt =
    language === "json" ? isLike(JSON.parse(actual), JSON.parse(text)) : patternOf(text.trim()).test(actual.trim());
  return isLikeIt ? text : actual;
}

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split("…")
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
      .join("[^]*?")}$`,
  );

function isLike(actual: unknown, shown: unknown): boolean {
  if (typeof shown === "string") return typeof actual === "string" && patternOf(shown).test(actual);
  if (typeof shown !== "object" || shown === null) return actual === shown;
  if (typeof actual !== "object" || actual === null || Array.isArray(actual) !== Array.isArray(shown)) return false;
  const [members, expected] = [new Map(Object.entries(actual)), Object.entries(shown)];
  if (expected.length > 0 && members.size !== expected.length) return false;
  return expected.every(([name, value]) => members.has(name) && isLike(members.get(name), value));
}
