import { fieldsOf, listOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import type { StreamReader } from "../observed-call.ts";

/**
 * Puts the answers of a stream together to the answer that they are pieces of, which `read` reads: texts grow, tool calls
 * come whole, and the last one counts the tokens.
 */
export function createAnswerStreamReader(read: (answer: unknown) => ModelAnswer): StreamReader {
  let head: object = {};
  let isDone = false;
  const texts = { thinking: "", content: "", response: "" };
  const toolCalls: unknown[] = [];
  return {
    add(value) {
      const chunk = fieldsOf(value);
      const message = fieldsOf(chunk["message"]);
      head = { ...head, ...chunk };
      isDone ||= chunk["done"] === true;
      texts.thinking += textOf(message["thinking"]) ?? textOf(chunk["thinking"]) ?? "";
      texts.content += textOf(message["content"]) ?? "";
      texts.response += textOf(chunk["response"]) ?? "";
      toolCalls.push(...listOf(message["tool_calls"]));
    },
    answer: () => read({ ...head, ...texts, message: { role: "assistant", ...texts, tool_calls: toolCalls } }),
    isComplete: () => isDone,
  };
}
