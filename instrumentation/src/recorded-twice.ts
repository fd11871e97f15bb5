/** Calls that two instrumentations record: ours, and one in the application's provider. */
import { type Attributes, context, type Span, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { genAi } from "./gen-ai.ts";
import { type Fields, fieldsOf, member, textOf } from "./json.ts";
import { currentScope } from "./scope.ts";

type Kind = "model" | "tool";

/** Spans of the application's provider, and what we have recorded right inside or right around them. */
const recorded = new WeakMap<object, Kind>();

/** To be told when one of our spans starts: what is active then may be another's span of the same call. */
export function noteRecorded(attributes: Attributes): void {
  const active = trace.getSpan(context.active());
  const kind = kindOf(attributes);
  if (active !== undefined && kind !== undefined) recorded.set(active, kind);
}

/** To be told when another's span starts: it may be inside our span of the same call. */
export function noteInside(span: Span): void {
  const { span: ours } = currentScope();
  const kind = ours?.isRecording() ? kindOf(fieldsOf(member(ours, "attributes"))) : undefined;
  if (kind !== undefined) recorded.set(span, kind);
}

/** Whether another's span tells of a call that we have recorded. */
export function isRecorded(span: ReadableSpan): boolean {
  const kind = recorded.get(span);
  return kind !== undefined && kindOf(span.attributes) === kind;
}

const modelOperations = new Set(["chat", "text_completion", "generate_content", "embeddings"]);

/** In the words of the conventions, OpenInference, OpenLLMetry and the AI SDK. */
function kindOf(attributes: Fields): Kind | undefined {
  const operation = textOf(attributes[genAi.operationName]) ?? "";
  const aiSdk = textOf(attributes["ai.operationId"]) ?? "";
  const kind = textOf(attributes["openinference.span.kind"]) ?? textOf(attributes["traceloop.span.kind"]) ?? "";
  if (operation === "execute_tool" || aiSdk === "ai.toolCall" || kind.toLowerCase() === "tool") return "tool";
  const asksModel = modelOperations.has(operation) || /\.do(?:Generate|Stream|Embed)$/.test(aiSdk);
  return asksModel || kind.toLowerCase() === "llm" || "llm.request.type" in attributes ? "model" : undefined;
}
