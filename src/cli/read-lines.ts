import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * The lines of a UTF-8 file, also a zipped one, without the byte order mark that some editors put before them. Only line feeds end
 * a line: JSON may hold the other line ends that readline knows.
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  let isBegin = true;
  for await (const chunk of open(path).setEncoding("utf8")) {
    const text = String(chunk);
    const lines = `${rest}${isBegin ? text.replace(/^\ufeff/, "") : text}`.split("\n");
    isBegin = false;
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** What goes wrong comes out of the stream that is read. */
function open(path: string) {
  const file = createReadStream(path);
  return path.endsWith(".gz") ? pipeline(file, createGunzip(), () => undefined) : file;
}
