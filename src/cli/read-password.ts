import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Output } from "./terminal.ts";

/** The first line of stdin; on a terminal it is asked for and not shown. */
export async function readPassword({ write }: Output): Promise<string> {
  const { stdin } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (stdin.isTTY) write("Password: ");
  const lines = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  const line = await new Promise<string>((resolve) => {
    lines.once("line", resolve).once("close", () => resolve(""));
  });
  lines.close();
  if (stdin.isTTY) write("\n");
  return line;
}
