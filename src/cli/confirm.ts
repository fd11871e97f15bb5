import { createInterface } from "node:readline/promises";
import type { Output } from "./terminal.ts";

/** Whether somebody at the terminal says yes; undefined where nobody can be asked. */
export async function confirm(question: string, { write }: Output): Promise<boolean | undefined> {
  const { stdin } = process;
  if (!stdin.isTTY) return undefined;
  write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once("line", resolve).once("close", () => resolve(""));
  });
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
