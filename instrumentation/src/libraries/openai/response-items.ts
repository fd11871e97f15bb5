import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { itemPart, toolCallPart, toolResponsePart } from "../parts.ts";
import { toolResponseOf, toParts } from "./content-parts.ts";
import { serverToolParts } from "./server-tools.ts";

/**
 * The `input` of the Responses API, or its `output`, as messages. An answer is a run of items there (reasoning, texts,
 * calls), so neighbouring items of the assistant become one message, in the request's history as in the answer itself.
 */
export function toMessages(input: unknown): readonly Message[] {
  if (typeof input === "string") return [{ role: "user", parts: toParts(input) }];
  const messages: Message[] = [];
  for (const message of listOf(input).map((item) => toMessage(fieldsOf(item)))) {
    const previous = messages.at(-1);
    if (previous?.role === "assistant" && message.role === "assistant") {
      messages[messages.length - 1] = { role: "assistant", parts: [...previous.parts, ...message.parts] };
    } else {
      messages.push(message);
    }
  }
  return messages;
}

function toMessage(item: Fields): Message {
  const type = textOf(item["type"]) ?? "message";
  if (type === "message") return { role: textOf(item["role"]) ?? "user", parts: toParts(item["content"]) };
  if (type.endsWith("call_output")) {
    return { role: "tool", parts: [toolResponsePart(item["call_id"], toolResponseOf(item["output"]))] };
  }
  return { role: "assistant", parts: assistantParts(type, item) };
}

function assistantParts(type: string, item: Fields): readonly Part[] {
  if (type === "function_call") return [toolCallPart(item["call_id"], item["name"], item["arguments"])];
  if (type === "custom_tool_call") return [toolCallPart(item["call_id"], item["name"], item["input"])];
  if (type === "reasoning") return reasoningParts(item);
  return knownToolParts(type, item) ?? serverToolParts(type, item) ?? [itemPart(type, item["id"], item["status"])];
}

/** Tools that the API knows by name and the application runs: `computer_call` asks for what its `action` says. */
function knownToolParts(type: string, item: Fields): readonly Part[] | undefined {
  const asked = item["action"] ?? item["actions"] ?? item["operation"];
  if (!applicationCalls.has(type) || typeof item["call_id"] !== "string") return undefined;
  return [toolCallPart(item["call_id"], type.replace(/_call$/, ""), asked ?? {})];
}

const applicationCalls = new Set(["computer_call", "local_shell_call", "shell_call", "apply_patch_call"]);

/** What the provider shows of the model's reasoning; without a summary there is nothing to record. */
function reasoningParts(item: Fields): readonly Part[] {
  const texts = [...listOf(item["summary"]), ...listOf(item["content"])].flatMap(
    (part) => textOf(fieldsOf(part)["text"]) ?? [],
  );
  return texts.map((content) => ({ type: "reasoning", content }));
}
