import { createReadStream } from "node:fs";

/** The lines of a UTF-8 file. Only line feeds end a line: JSON may hold the other line ends that readline knows. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
