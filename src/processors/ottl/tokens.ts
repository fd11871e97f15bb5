/** The words and signs of a condition, and where they stand. */

export interface Token {
  readonly kind: "name" | "text" | "number" | "sign" | "end";
  /** As written; of a text what it says. */
  readonly text: string;
  /** Of its first character, from 1. */
  readonly position: number;
}

/** What is wrong with a condition, and where. */
export class ConditionError extends Error {
  override readonly name = "ConditionError";
  constructor(message: string, position: number) {
    super(`${message} (at character ${position})`);
  }
}

const tokenForms: readonly (readonly [Token["kind"], RegExp])[] = [
  ["name", /[A-Za-z_]\w*/y],
  ["number", /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["text", /"(?:[^"\\]|\\.)*"/y],
  ["sign", /==|!=|<=|>=|[<>()[\].,]/y],
];

/** The last one is the end. Throws ConditionError. */
export function tokensOf(condition: string): readonly Token[] {
  const tokens: Token[] = [];
  let index = skipSpace(condition, 0);
  while (index < condition.length) {
    const { token, end } = tokenAt(condition, index);
    tokens.push(token);
    index = skipSpace(condition, end);
  }
  return [...tokens, { kind: "end", text: "the end", position: condition.length + 1 }];
}

function tokenAt(condition: string, index: number): { readonly token: Token; readonly end: number } {
  const position = index + 1;
  for (const [kind, form] of tokenForms) {
    form.lastIndex = index;
    const found = form.exec(condition)?.[0];
    if (found === undefined) continue;
    const text = kind === "text" ? contentOf(found, position) : found;
    return { token: { kind, text, position }, end: index + found.length };
  }
  const sign = condition[index] ?? "";
  throw new ConditionError(sign === '"' ? "the text has no end" : `unexpected ${JSON.stringify(sign)}`, position);
}

function contentOf(quoted: string, position: number): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new ConditionError("the text has an escape that there is not; a backslash is written twice", position);
  }
}

function skipSpace(condition: string, from: number): number {
  let index = from;
  while (/\s/.test(condition[index] ?? "")) index += 1;
  return index;
}
