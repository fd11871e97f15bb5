/** OTLP export requests out of a file's bytes. */
import { gunzipSync } from "node:zlib";
import { scanList } from "./dialects/json-list.ts";
import { parseJson } from "./dialects/lenient-json.ts";
import { MalformedError } from "./otlp/malformed-error.ts";
import { type OtlpRequest, readJsonRequest, readProtobufRequest } from "./otlp/read-request.ts";

/**
 * The name's ending tells the format: `.json` (a request, a list of them, or one a line), `.jsonl` (one a line), `.pb`; each
 * also zipped. Requests of metrics hold nothing here. Throws an error that names the file when its bytes are no OTLP.
 */
export function readOtlpFile(path: string, content: Uint8Array): readonly OtlpRequest[] {
  try {
    const isZipped = path.endsWith(".gz") || (content[0] === 0x1f && content[1] === 0x8b);
    return readRequests(path.replace(/\.gz$/, ""), isZipped ? gunzipSync(content) : content);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function readRequests(name: string, content: Uint8Array): readonly OtlpRequest[] {
  if (name.endsWith(".pb")) return [readProtobufRequest(content)];
  if (!/\.jsonl?$/.test(name))
    throw new Error("unknown kind of file; known are .json, .jsonl and .pb, each also with .gz");
  const text = new TextDecoder().decode(content); // leaves out a byte order mark
  if (name.endsWith(".jsonl") || isJsonLines(text)) return readJsonLines(text);
  return text.trimStart().startsWith("[") ? readJsonList(text) : [readJsonRequest(text)];
}

/** Several lines, the first of which is whole by itself. */
function isJsonLines(text: string): boolean {
  const [first, second] = text.trim().split(/\n\s*/, 2);
  return second !== undefined && parseJson(first ?? "") !== undefined;
}

/** One request a line; the error of a line that is none names it. */
function readJsonLines(text: string): readonly OtlpRequest[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [readJsonRequest(line)];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

/** The requests' own texts: what is not a whole number in JavaScript (a time in nanoseconds, unquoted) stays as it is. */
function readJsonList(text: string): readonly OtlpRequest[] {
  const { elements, closed } = scanList(text, text.indexOf("["));
  if (!closed) throw new MalformedError("The list of requests ends before it is complete.");
  return elements.map(([from, end]) => readJsonRequest(text.slice(from, end)));
}
