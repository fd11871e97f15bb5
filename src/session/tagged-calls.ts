/**
 * Tool calls that stand as tags in an assistant's text, `<tool_call>{"name": …, "arguments": …}</tool_call>`, and their answers,
 * `<tool_response>…</tool_response>`: what models write where no API for tools is between (Hermes, Qwen).
 */
import { isList, isObject, member, parseStructure, textMember } from "../dialects/lenient-json.ts";
import { readCall } from "../dialects/message-parts.ts";
import type { MessageCall, MessageResult } from "../dialects/message.ts";
import { readToolResult } from "../dialects/tool-result.ts";
import { codeBlocksOf } from "./code-blocks.ts";
import { endOfJson } from "./end-of-json.ts";

const callTag = "<tool_call>";
const responseTag = "<tool_response>";
const responseEnd = "</tool_response>";

/** Between the tag and the JSON, and between the JSON and the end of the tag, some models draw a code fence. */
const beforeJson = /\s*(?:```\w*\s*)?/y;
const afterJson = /\s*(?:```\s*)?<\/tool_call>/y;

export interface TaggedCalls {
  /** What is left without the tags. */
  readonly text: string;
  readonly calls: readonly MessageCall[];
}

/**
 * A tag may lack its end. What stands in a code block or between backticks is shown, not called; what is no call stays text.
 * In linear time: the JSON of a tag is looked for up to the next tag only.
 */
export function readTaggedCalls(text: string): TaggedCalls {
  if (!text.includes(callTag)) return { text, calls: [] };
  const isShown = codeBlocksOf(text);
  const calls: MessageCall[] = [];
  let left = "";
  let read = 0;
  for (let start = text.indexOf(callTag); start >= 0;) {
    const next = text.indexOf(callTag, start + callTag.length);
    const found = isShown(start) || text[start - 1] === "`" ? undefined : readCallAt(text, start, next);
    if (found !== undefined) {
      calls.push(...found.calls);
      left += text.slice(read, start);
      read = found.end;
    }
    start = next;
  }
  return calls.length === 0 ? { text, calls } : { text: (left + text.slice(read)).trim(), calls };
}

function readCallAt(text: string, start: number, next: number) {
  beforeJson.lastIndex = start + callTag.length;
  beforeJson.exec(text);
  const from = beforeJson.lastIndex;
  const to = endOfJson(text, from, next < 0 ? text.length : next);
  const value = to === undefined ? undefined : parseStructure(text.slice(from, to));
  if (to === undefined || value === undefined) return undefined;
  const calls = (isList(value) ? value : [value]).flatMap((one) => readCall(one) ?? []);
  if (calls.length === 0) return undefined;
  afterJson.lastIndex = to;
  return { calls, end: afterJson.test(text) ? afterJson.lastIndex : to };
}

export interface TaggedResults {
  /** What is left without the tags. */
  readonly text: string;
  readonly results: readonly MessageResult[];
}

/** A tag without its end goes on to the next one, or to the end of the text. */
export function readTaggedResults(text: string): TaggedResults {
  const [before, ...tagged] = text.split(responseTag);
  const results: MessageResult[] = [];
  let left = before ?? "";
  for (const part of tagged) {
    const end = part.indexOf(responseEnd);
    results.push(readResult((end < 0 ? part : part.slice(0, end)).trim()));
    left += end < 0 ? "" : part.slice(end + responseEnd.length);
  }
  return tagged.length === 0 ? { text, results } : { text: left.trim(), results };
}

/** `{"name": …, "content": …}`, or what the tool gave as it is. */
function readResult(body: string): MessageResult {
  const value = parseStructure(body);
  const name = textMember(value, "name");
  const content = member(value, "content");
  if (name === undefined || content === undefined || !isObject(value)) return readToolResult(body);
  return { name, ...readToolResult(content) };
}
