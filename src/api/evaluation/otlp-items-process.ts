/**
 * Reads one body of OTLP on its standard input and says what readOtlpItems reads, a line of JSON each. A process of its own: V8 ends the
 * whole process when a heap is full, also one of a worker with a limit. `otlp-items-process.js <format> <conversation keys, as JSON>`.
 */
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { itemsOfOtlp, type OtlpFormat, WrongOtlpError } from "./otlp-items.ts";
import type { OtlpItemsLine } from "./read-otlp-items.ts";

const [, , format = "", keys = "null"] = process.argv;
for (const line of linesOf(await buffer(process.stdin))) {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, "drain");
}

function* linesOf(body: Uint8Array): Generator<OtlpItemsLine> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only readOtlpItems starts this process
  const [sentAs, conversationKeys] = [format as OtlpFormat, JSON.parse(keys) as readonly string[] | null];
  try {
    const sent = { format: sentAs, body, ...(conversationKeys === null ? {} : { conversationKeys }) };
    for (const item of itemsOfOtlp(sent)) yield { item };
    yield { end: true };
  } catch (error) {
    if (error instanceof WrongOtlpError) yield { wrong: { line: error.line, message: error.message } };
    else yield { failed: error instanceof Error ? (error.stack ?? error.name) : "" };
  }
}
