/** The trace in a request's `_meta`, where MCP has it whatever the transport (SEP-414): W3C's `traceparent`. */
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { fieldsOf, isFields } from "../../json.ts";

const propagator = new W3CTraceContextPropagator();

/** The parameters with the span's context, unless they have one: then somebody else has decided who the parent is. */
export function withTraceContext(params: unknown, span: Span): unknown {
  if (!isFields(params)) return params;
  const meta = fieldsOf(params["_meta"]);
  if ("traceparent" in meta) return params;
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
  return { ...params, _meta: { ...meta, ...carrier } };
}

/** The client's span, if `_meta` names one. Its sampling decision holds: without the rest of a trace its end says little. */
export function remoteSpan(meta: unknown): Span | undefined {
  return trace.getSpan(propagator.extract(ROOT_CONTEXT, fieldsOf(meta), defaultTextMapGetter));
}
