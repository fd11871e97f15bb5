/** What reading one span can take over from spans read before it. One memory serves one build. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import { createIndexedMessageReader } from "./indexed-messages.ts";
import type { ReadIndexedMessages } from "./indexed-messages.ts";
import { parseJson } from "./lenient-json.ts";
import { createMessageListReader } from "./message-lists.ts";
import type { ReadMessageList } from "./message-lists.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";

export interface ReadMemory {
  readonly readMessageList: ReadMessageList;
  readonly readIndexedMessages: ReadIndexedMessages;
  /** Every call of an agent offers the same tools in the same text. */
  readonly readTools: (text: string) => readonly ToolDefinition[];
  /** Request parameters, which hardly change from call to call. */
  readonly readParameters: (text: string) => JsonValue | undefined;
}

export function createReadMemory(): ReadMemory {
  return {
    readMessageList: createMessageListReader(),
    readIndexedMessages: createIndexedMessageReader(),
    readTools: remember((text) => parseToolDefinitions(text)),
    readParameters: remember(parseJson),
  };
}

const remembered = 64;

function remember<Value>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= remembered) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}
