import { type Span, SpanKind } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, member, textOf } from "../../json.ts";
import { currentScope } from "../../scope.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { replaceMethod } from "../patch-method.ts";
import { isSameTool } from "./is-same-tool.ts";
import { observeToolCall, openToolCall } from "./tool-call.ts";
import { withTraceContext } from "./trace-context.ts";
import { transportAttributes } from "./transport-attributes.ts";

/** Records a client's `callTool`, and hands the server the trace in which to go on. */
export function patchCallTool(prototype: unknown): boolean {
  return replaceMethod(
    prototype,
    "callTool",
    (original) =>
      function (this: unknown, ...args) {
        const tracing = currentTracing();
        const begun = tracing && safelyUnlessGuarded(() => begin(tracing, this, args));
        if (begun === undefined) return original.apply(this, args);
        return begun.observe(() => original.apply(this, begun.args));
      },
  );
}

interface BegunCall {
  readonly args: unknown[];
  readonly observe: (call: () => unknown) => unknown;
}

/**
 * If the application's own tool of that name is what calls, that is one call and has its span already: it only gets to know
 * how it was made. So the conventions ask for it.
 */
function begin(tracing: Tracing, client: unknown, [params, ...rest]: readonly unknown[]): BegunCall {
  const { name, arguments: toolArguments } = fieldsOf(params);
  const attributes = transportAttributes(member(client, "transport"), member(client, "_requestMessageId"));
  const enclosing = enclosingTool(textOf(name));
  if (enclosing !== undefined) {
    enclosing.setAttributes(attributes);
    return { args: [withTraceContext(params, enclosing), ...rest], observe: (call) => call() };
  }
  const open = openToolCall(tracing, SpanKind.CLIENT, { name: textOf(name), toolArguments, attributes });
  const signal = member(rest[1], "signal");
  return {
    args: [withTraceContext(params, open.span), ...rest],
    observe: (call) => observeToolCall(tracing, open, call, () => member(signal, "aborted") === true),
  };
}

function enclosingTool(name: string | undefined): Span | undefined {
  const { span } = currentScope();
  // A server that asks another one for its tool has a span, too, but did not make this call's.
  if (span?.isRecording() !== true || member(span, "kind") === SpanKind.SERVER) return undefined;
  const attributes = fieldsOf(member(span, "attributes"));
  if (attributes[genAi.operationName] !== "execute_tool") return undefined;
  return isSameTool(textOf(attributes[genAi.toolName]), name) ? span : undefined;
}
