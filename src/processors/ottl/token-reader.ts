import { ConditionError, type Token, tokensOf } from "./tokens.ts";

/** The tokens of a condition, taken one after the other. */
export interface TokenReader {
  peek(): Token;
  take(): Token;
  /** Takes the next token if it is that sign or word. */
  takes(wanted: string): boolean;
  /** Throws ConditionError when the next token is another. */
  expect(sign: string): void;
}

export function createTokenReader(condition: string): TokenReader {
  const tokens = tokensOf(condition);
  let index = 0;
  const peek = (): Token => tokens[index] ?? { kind: "end", text: "the end", position: condition.length + 1 };
  const takes = (wanted: string): boolean => {
    const { kind, text } = peek();
    const isWanted = text === wanted && (kind === "sign" || kind === "name");
    if (isWanted) index += 1;
    return isWanted;
  };
  return {
    peek,
    takes,
    take() {
      const token = peek();
      index += 1;
      return token;
    },
    expect(sign) {
      if (!takes(sign)) throw unexpected(peek(), `"${sign}"`);
    },
  };
}

export function unexpected({ kind, text, position }: Token, wanted: string): ConditionError {
  return new ConditionError(
    `${wanted} is expected here, not ${kind === "end" ? text : JSON.stringify(text)}`,
    position,
  );
}
