import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, member, textOf } from "../../json.ts";
import { observeCall } from "../../observe-call.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { openToolSpan, toolResultAttributes } from "../../tool.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { replaceMethod } from "../patch-method.ts";
import { isControlFlow, isInterrupt } from "./control-flow.ts";
import { textIn } from "./content-parts.ts";

/** Observes `StructuredTool.call`, which every run of a tool goes through. Returns whether it is patched now. */
export function patchTool(structuredTool: unknown): boolean {
  return replaceMethod(
    member(structuredTool, "prototype"),
    "call",
    (original) =>
      function (this: unknown, ...args) {
        const call = (): unknown => original.apply(this, args);
        const tracing = currentTracing();
        const open = tracing && safelyUnlessGuarded(() => openCall(tracing, fieldsOf(this), args));
        if (tracing === undefined || open === undefined) return call();
        return observeCall(open, {}, call, (result) => toolResultAttributes(tracing, outputOf(result)));
      },
  );
}

/** What is given is the model's tool call, or its arguments; then the call is in the config, if it is known. */
function openCall(tracing: Tracing, tool: Fields, [given, config]: readonly unknown[]): OpenSpan {
  const call = isToolCall(given) ? given : fieldsOf(fieldsOf(config)["toolCall"]);
  const toolArguments = isToolCall(given) ? given["args"] : given;
  const name = textOf(tool["name"]) ?? "";
  const open = openToolSpan(tracing, name, toolArguments ?? {}, textOf(call["id"]));
  return {
    ...open,
    fail(error) {
      if (!isControlFlow(error)) return open.fail(error);
      // A tool that waits for a human is run again from its beginning: that will be the call.
      if (isInterrupt(error)) open.span.updateName(`interrupt ${name}`).setAttribute(genAi.operationName, "interrupt");
      open.end();
    },
  };
}

const isToolCall = (value: unknown): value is Fields => fieldsOf(value)["type"] === "tool_call";

/** What the model is told: the content of the message, also where it comes with a command to the graph. */
function outputOf(result: unknown): unknown {
  const { update, content, tool_call_id: callId } = fieldsOf(result);
  if (callId !== undefined) return textIn(content);
  const message = listOf(fieldsOf(update)["messages"]).find((value) => fieldsOf(value)["tool_call_id"] !== undefined);
  return message === undefined ? result : textIn(fieldsOf(message)["content"]);
}
