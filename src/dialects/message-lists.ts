/**
 * Reads message lists from JSON text. Every model call repeats the whole history, so the lists read before are
 * remembered: of a list that begins as one of them did, only what is new is parsed, and the messages they share are the
 * same objects.
 */
import { parseJson } from "./lenient-json.ts";
import { scanList } from "./json-list.ts";
import type { Message, MessageRole } from "./message.ts";
import type { MessageList } from "./operation.ts";
import { parseMessage } from "./parse-message.ts";

/** As many conversations can be interleaved before one is read from its beginning again. */
const remembered = 16;

interface KnownList {
  readonly start: number;
  readonly defaultRole: MessageRole;
  /** The text up to the end of the last whole element. */
  readonly head: string;
  readonly messages: readonly Message[];
}

export type ReadMessageList = (text: string, start: number, defaultRole: MessageRole) => MessageList;

/**
 * `start` is the offset of the list's `[`; `defaultRole` that of messages which say none. A list that is cut off gives the
 * messages that are whole.
 */
export function createMessageListReader(): ReadMessageList {
  const known: KnownList[] = [];
  const parseElement = rememberElements();
  return (text, start, defaultRole) => {
    const at = known.findIndex(
      (list) => list.start === start && list.defaultRole === defaultRole && beginsWith(text, list.head),
    );
    const [before] = at < 0 ? [] : known.splice(at, 1);
    const { elements, closed } = scanList(text, before?.head.length ?? start);
    const added = elements.flatMap(([from, end]) => parseElement(text.slice(from, end), defaultRole));
    const messages = before === undefined ? added : [...before.messages, ...added];
    const end = elements.at(-1)?.[1] ?? before?.head.length;
    if (end !== undefined) known.unshift({ start, defaultRole, head: text.slice(0, end), messages });
    if (known.length > remembered) known.pop();
    return { messages, truncated: !closed };
  };
}

/** As `startsWith`, which compares character by character; equality compares words, a hundred times as fast. */
function beginsWith(text: string, head: string): boolean {
  return text.length >= head.length && text.slice(0, head.length) === head;
}

/** So many characters of elements are remembered. */
const rememberedLength = 1_000_000;

type ParseElement = (text: string, defaultRole: MessageRole) => readonly Message[];

/** Of a window that slides, each call repeats all but its beginning: what stands in several lists is parsed once. */
function rememberElements(): ParseElement {
  const parsed = new Map<string, readonly Message[]>();
  let length = 0;
  return (text, defaultRole) => {
    const key = `${defaultRole} ${text}`;
    const before = parsed.get(key);
    if (before !== undefined) return before;
    const messages = parseElement(text, defaultRole);
    if (length + key.length > rememberedLength) {
      parsed.clear();
      length = 0;
    }
    if (key.length <= rememberedLength) {
      parsed.set(key, messages);
      length += key.length;
    }
    return messages;
  };
}

function parseElement(text: string, defaultRole: MessageRole): readonly Message[] {
  const value = parseJson(text);
  const message = value === undefined ? undefined : parseMessage(value, defaultRole);
  return message === undefined ? [] : [message];
}
