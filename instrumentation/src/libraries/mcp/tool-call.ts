import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, member, textOf, toJson } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import { openSpan, type OpenSpan } from "../../open-span.ts";
import { currentScope, within } from "../../scope.ts";
import { guardRuns, stopIfTripped } from "../../stop-if-tripped.ts";
import { markAsLibrarys, toolResultAttributes } from "../../tool.ts";
import type { Tracing } from "../../tracing.ts";

/** What is known of a tool call when it begins. */
export interface ToolCallRequest {
  readonly name: string | undefined;
  readonly toolArguments: unknown;
  readonly attributes: Attributes;
}

/**
 * Starts the span of a tool call by MCP's conventions, which are also those of `execute_tool` spans. The client's is the
 * agent's step: it gets the id of the model's call that it seems to answer, and guards may refuse it.
 */
export function openToolCall(
  tracing: Tracing,
  kind: SpanKind.CLIENT | SpanKind.SERVER,
  { name, toolArguments = {}, attributes }: ToolCallRequest,
): OpenSpan {
  const isStep = kind === SpanKind.CLIENT && name !== undefined;
  const callId = isStep ? currentScope().turnTrace?.takeCallId(name, toolArguments) : undefined;
  const recorded = tracing.captureContent ? toJson(toolArguments) : undefined;
  const open = (): OpenSpan =>
    openSpan(tracing, name === undefined ? "tools/call" : `tools/call ${name}`, kind, {
      ...attributes,
      [genAi.operationName]: "execute_tool",
      ...(name !== undefined && { [genAi.toolName]: name }),
      ...(callId !== undefined && { [genAi.toolCallId]: callId }),
      ...(recorded !== undefined && { [genAi.toolCallArguments]: recorded }),
    });
  if (isStep) stopIfTripped(guardRuns(), (run) => run.beforeTool(name, toolArguments), open);
  const opened = open();
  if (name !== undefined) markAsLibrarys(opened.span, name);
  return opened;
}

/** Runs `call` under the open span, which ends as the tool does: with its result, or failed if that says `isError`. */
export function observeToolCall<T>(
  tracing: Tracing,
  open: OpenSpan,
  call: () => T,
  isAborted: () => boolean = () => false,
): T {
  const ok = (result: unknown): void => {
    if (member(result, "isError") !== true) open.end(() => toolResultAttributes(tracing, result));
    else open.fail(new Error(textIn(result)), () => ({ [genAi.errorType]: "tool_error" }));
  };
  const fail = (error: unknown): void =>
    open.fail(error, () => ({ ...codeAttributes(error), ...(isAborted() && { [genAi.aborted]: true }) }));
  try {
    return observeResult(within({ span: open.span }, call), ok, fail);
  } catch (error) {
    fail(error);
    throw error;
  }
}

function textIn(result: unknown): string {
  const texts = listOf(member(result, "content")).map((part) => textOf(fieldsOf(part)["text"]) ?? "");
  return texts.filter((text) => text !== "").join("\n");
}

/** The peer's JSON-RPC error, or what the SDK says in its terms: that there was no answer in time, or no connection. */
function codeAttributes(error: unknown): Attributes {
  const code = member(error, "code");
  if (member(error, "name") !== "McpError" || typeof code !== "number") return {};
  return { [genAi.errorType]: String(code), [genAi.rpcResponseStatusCode]: String(code) };
}
