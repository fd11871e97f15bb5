import { tracingChannel } from "node:diagnostics_channel";
import { GuardError } from "../../guards/guard-error.ts";
import { type Fields, fieldsOf, listOf, member, textOf } from "../../json.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safely } from "../../safely.ts";
import { bindScope, currentScope, type Scope } from "../../scope.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { openToolSpan, toolResultAttributes } from "../../tool.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import type { ObservedCall } from "../observed-call.ts";
import { beginModelCall } from "./begin-model-call.ts";
import { allowedTracing } from "./call-settings.ts";
import { observeReadable } from "./observe-readable.ts";
import { toMessage, toParts } from "./prompt-messages.ts";
import { providerNameAttribute } from "./provider-of.ts";
import { bindRefusals, refuse } from "./refusal.ts";
import { turnScope } from "./turn-scope.ts";

/** What is open of the messages that the channel was told of: the same object tells of the beginning and of the end. */
const modelCalls = new WeakMap<object, ObservedCall>();
const tools = new WeakMap<object, { readonly open: OpenSpan; readonly tracing: Tracing }>();

let isFollowed = false;

/** Records what version 7 tells the channel `ai:telemetry`, whatever model is asked. Does nothing the second time. */
export function followTracingChannel(): void {
  if (isFollowed) return;
  isFollowed = true;
  const channel = tracingChannel("ai:telemetry");
  bindScope(channel.start, (message) => {
    try {
      return safelyUnlessGuarded(() => beginIn(fieldsOf(message))) ?? {};
    } catch (refusal) {
      if (refusal instanceof GuardError) refuse(message, refusal);
      return {};
    }
  });
  bindRefusals(channel.start);
  channel.subscribe({
    start: () => undefined,
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message) => safely(() => endOf(fieldsOf(message))),
    error: () => undefined,
  });
}

function beginIn(message: Fields): Scope {
  const tracing = currentTracing();
  const event = fieldsOf(message["event"]);
  const allowed = tracing && allowedTracing(tracing, event);
  if (allowed === undefined) return {};
  const type = textOf(message["type"]) ?? "";
  if (type === "languageModelCall") return beginModel(allowed, message, event);
  if (type === "executeTool") return beginTool(allowed, message, event);
  return type === "generateText" || type === "streamText" ? turnScope(textOf(event["functionId"])) : {};
}

function beginModel(tracing: Tracing, message: Fields, event: Fields): Scope {
  const call = beginModelCall(
    tracing,
    {
      model: textOf(event["modelId"]),
      attributes: providerNameAttribute(event["provider"]),
      input: listOf(event["messages"]).map(toMessage),
      systemInstructions: toInstructions(event["instructions"]),
    },
    event,
  );
  modelCalls.set(message, call);
  return call.run(currentScope);
}

/** A text, a message, or several. */
function toInstructions(value: unknown): ReturnType<typeof toParts> {
  const messages = typeof value === "string" ? [{ content: value }] : Array.isArray(value) ? listOf(value) : [value];
  return messages.flatMap((message) => toParts(fieldsOf(message)["content"]));
}

function beginTool(tracing: Tracing, message: Fields, event: Fields): Scope {
  const { toolName, toolCallId, input } = fieldsOf(event["toolCall"]);
  const open = openToolSpan(tracing, textOf(toolName) ?? "", input, textOf(toolCallId));
  tools.set(message, { open, tracing });
  return { span: open.span };
}

function endOf(message: Fields): void {
  const { error, result } = message;
  const call = modelCalls.get(message);
  if (call !== undefined) {
    if (error !== undefined) call.fail(error);
    else if (!observeReadable(member(result, "stream"), call)) call.answered(result);
  }
  const tool = tools.get(message);
  if (tool === undefined) return;
  const output = fieldsOf(fieldsOf(result)["output"]);
  const failure = error ?? output["error"];
  if (failure !== undefined) tool.open.fail(failure);
  else tool.open.end(() => toolResultAttributes(tool.tracing, output["output"]));
}
