import { expect, it } from "vitest";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { settledTurns } from "../../src/session/settled-turns.ts";
import type { ChatMessage } from "../../src/model/message.ts";

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const asking: ChatMessage = {
  role: "assistant",
  content: "let me see",
  tool_calls: [{ id: "1", function: { name: "x", arguments: "{}" } }],
};
const answer: ChatMessage = { role: "tool", tool_call_id: "1", content: "fine" };

it.each<[string, readonly ChatMessage[], readonly number[]]>([
  ["no turn", [], []],
  ["a question only", [user("a")], []],
  ["an answered question", [user("a"), assistant("A")], [1]],
  ["a call that waits", [user("a"), asking], []],
  ["a call that was answered, and no reply yet", [user("a"), asking, answer], []],
  ["a reply after a call", [user("a"), asking, answer, assistant("A")], [1]],
  ["a call after what looked like a reply", [user("a"), assistant("wait"), asking], []],
  ["an answer after what looked like a reply", [user("a"), asking, assistant("wait"), answer], []],
  ["a question that the user did not wait for", [user("a"), user("b")], [1]],
  ["a call that was never answered, and the user went on", [user("a"), asking, user("b"), assistant("B")], [1, 2]],
])("of %s", (_what, messages, settled) => {
  const session = buildFromMessages({ messages, source: "stream" });
  expect(settledTurns(session).map(({ turn }) => turn)).toEqual(settled);
});
