import { type Fields, fieldsOf, textOf } from "../../json.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safely } from "../../safely.ts";
import { currentScope, enterScope, type Scope } from "../../scope.ts";
import { openToolSpan, toolResultAttributes } from "../../tool.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { allowedTracing } from "./call-settings.ts";

interface OpenTool {
  readonly open: OpenSpan;
  readonly tracing: Tracing;
  readonly outer: Scope;
}

/** By the tool call of the event: the same object in both. */
const tools = new WeakMap<object, OpenTool>();

/** What version 6 (since 6.0.111) calls around each tool that it runs. Version 7 has other names for it. */
const integration = {
  onToolCallStart: (event: unknown): void => {
    safely(() => begin(fieldsOf(fieldsOf(event)["toolCall"])));
  },
  onToolCallFinish: (event: unknown): void => {
    safely(() => end(fieldsOf(event)));
  },
};

/** Records the tools that version 6 runs, through its list of telemetry integrations. Does nothing the second time. */
export function followToolEvents(): void {
  const list: unknown = Reflect.get(globalThis, "AI_SDK_TELEMETRY_INTEGRATIONS");
  if (Array.isArray(list) && list.includes(integration)) return;
  if (Array.isArray(list)) list.push(integration);
  else Reflect.set(globalThis, "AI_SDK_TELEMETRY_INTEGRATIONS", [integration]);
}

/** The SDK runs the tool in what is left of this call's asynchronous context, so what the tool calls becomes its child. */
function begin(toolCall: Fields): void {
  const running = currentTracing();
  const tracing = running && allowedTracing(running);
  if (tracing === undefined) return;
  const { toolName, toolCallId, input } = toolCall;
  const open = openToolSpan(tracing, textOf(toolName) ?? "", input, textOf(toolCallId));
  const outer = currentScope();
  tools.set(toolCall, { open, tracing, outer });
  enterScope({ ...outer, span: open.span });
}

function end({ toolCall, success, output, error }: Fields): void {
  const tool = tools.get(fieldsOf(toolCall));
  if (tool === undefined) return;
  enterScope(tool.outer);
  if (success === false) tool.open.fail(error);
  else tool.open.end(() => toolResultAttributes(tool.tracing, output));
}
