import { SpanKind } from "@opentelemetry/api";
import { fieldsOf, member, textOf } from "../../json.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safely } from "../../safely.ts";
import { within } from "../../scope.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { type Method, replaceMethod } from "../patch-method.ts";
import { observeToolCall, openToolCall } from "./tool-call.ts";
import { remoteSpan } from "./trace-context.ts";
import { transportAttributes } from "./transport-attributes.ts";

/** Records how a server runs its tools: whatever handler it is given, the requests to call a tool are observed. */
export function patchRequestHandlers(prototype: unknown): boolean {
  return replaceMethod(
    prototype,
    "setRequestHandler",
    (original) =>
      function (this: unknown, schema, handler, ...rest) {
        return original.call(this, schema, isMethod(handler) ? observed(this, handler) : handler, ...rest);
      },
  );
}

function observed(server: unknown, handler: Method): Method {
  return function (this: unknown, ...args) {
    const [request, extra] = args;
    const tracing = currentTracing();
    const isToolCall = member(request, "method") === "tools/call";
    const open = tracing && isToolCall ? safely(() => openHandling(tracing, server, request, extra)) : undefined;
    if (tracing === undefined || open === undefined) return handler.apply(this, args);
    return observeToolCall(tracing, open, () => handler.apply(this, args));
  };
}

/** Below the client's span if the request names it, else as everything else that happens here. */
function openHandling(tracing: Tracing, server: unknown, request: unknown, extra: unknown): OpenSpan {
  const { name, arguments: toolArguments, _meta: meta } = fieldsOf(member(request, "params"));
  const attributes = transportAttributes(member(server, "transport"), member(extra, "requestId"));
  const client = remoteSpan(meta);
  return within(client === undefined ? {} : { span: client }, () =>
    openToolCall(tracing, SpanKind.SERVER, { name: textOf(name), toolArguments, attributes }),
  );
}

const isMethod = (value: unknown): value is Method => typeof value === "function";
