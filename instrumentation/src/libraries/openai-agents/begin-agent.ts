import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { listOf, textOf, toJson } from "../../json.ts";
import { openSpan } from "../../open-span.ts";
import { within } from "../../scope.ts";
import { toMessages } from "../openai/response-items.ts";
import { type Begin, finish } from "./begin.ts";
import { inputOfRun } from "./patch-runner.ts";
import { toResponseItem } from "./to-response-item.ts";

/**
 * An agent at work: until its answer, or until it hands over to another one. What it was asked stands in its model calls;
 * if it came to none, because a guardrail refused, it is recorded here.
 */
export const beginAgent: Begin = (begun) => {
  const { tracing, data, around } = begun;
  const agentName = textOf(data["name"]) ?? "Agent";
  const input = inputOfRun();
  let hasAskedModel = false;
  const onModelCall = (): void => {
    hasAskedModel = true;
    around.onModelCall?.();
  };
  const open = within({ ...around, agentName }, () =>
    openSpan(tracing, `invoke_agent ${agentName}`, SpanKind.INTERNAL, { [genAi.operationName]: "invoke_agent" }),
  );
  const asked = (): Attributes => (hasAskedModel || !tracing.captureContent ? {} : inputAttributes(input));
  return { scope: { ...around, agentName, onModelCall, span: open.span }, end: () => finish(open, begun, asked) };
};

function inputAttributes(input: unknown): Attributes {
  const messages = toMessages(typeof input === "string" ? input : listOf(input).map(toResponseItem));
  const json = messages.length === 0 ? undefined : toJson(messages);
  return json === undefined ? {} : { [genAi.inputMessages]: json };
}
