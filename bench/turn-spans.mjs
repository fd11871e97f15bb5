// The spans of one turn of a support agent, in a trace of its own: a call that asks for a tool, the tool, a call that
// answers. Each call repeats the last ten turns.
import { createHash } from "node:crypto";
import { benchSpan } from "./bench-span.mjs";

const TEXT = "Where is my order, and when will it arrive? I have been waiting for it since last week. ";
const WINDOW = 10;
const text = (role, content) => ({ role, parts: [{ type: "text", content }] });

export function spansOfTurn(conversation, turn) {
  const history = [];
  for (let earlier = Math.max(0, turn - WINDOW); earlier <= turn; earlier += 1) {
    history.push(text("user", `${conversation} ${earlier} ${TEXT}`));
    if (earlier < turn) history.push(text("assistant", `${conversation} ${earlier} It is on its way. ${TEXT}`));
  }
  const call = { id: `call-${turn}`, name: "get_order", arguments: { order_id: `A-${turn}` } };
  const asked = { role: "assistant", parts: [{ type: "tool_call", ...call }] };
  const result = `{"order":"A-${turn}","status":"shipped"}`;
  const told = { role: "tool", parts: [{ type: "tool_call_response", id: call.id, response: result }] };
  const answer = text("assistant", `${conversation} ${turn} It is on its way. ${TEXT}`);
  const id = idOf(conversation, turn);
  return [
    chat(conversation, id, turn, 0, history, asked),
    span(conversation, id, turn, 1, "execute_tool get_order", [
      ["gen_ai.operation.name", "execute_tool"],
      ["gen_ai.tool.name", call.name],
      ["gen_ai.tool.call.id", call.id],
      ["gen_ai.tool.call.result", result],
    ]),
    chat(conversation, id, turn, 2, [...history, asked, told], answer),
  ];
}

function chat(conversation, id, turn, place, input, output) {
  return span(conversation, id, turn, place, "chat", [
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", "openai"],
    ["gen_ai.request.model", "gpt-4o-mini"],
    ["gen_ai.usage.input_tokens", 100n],
    ["gen_ai.input.messages", JSON.stringify(input)],
    ["gen_ai.output.messages", JSON.stringify([output])],
  ]);
}

function span(conversation, id, turn, place, name, attributes) {
  const told = [["gen_ai.conversation.id", conversation], ...attributes];
  return benchSpan(id, `${place + 1}${id.slice(0, 15)}`, name, turn * 3 + place, told);
}

function idOf(conversation, turn) {
  return createHash("sha256").update(`${conversation}|${turn}`).digest("hex").slice(0, 32);
}
