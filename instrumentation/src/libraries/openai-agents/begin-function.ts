import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { parsedOrText, textOf } from "../../json.ts";
import { openSpan } from "../../open-span.ts";
import { within } from "../../scope.ts";
import { markAsLibrarys } from "../../tool.ts";
import { type Begin, type Begun, finish } from "./begin.ts";

/** A tool that the SDK runs. Its arguments are known only after it has begun, and with them the call that it answers. */
export const beginFunction: Begin = (begun) => {
  const name = textOf(begun.data["name"]) ?? "";
  const attributes = { [genAi.operationName]: "execute_tool", [genAi.toolName]: name, [genAi.toolType]: "function" };
  const called = (): Attributes => callAttributes(begun, name);
  const open = within(begun.around, () =>
    openSpan(begun.tracing, `execute_tool ${name}`, SpanKind.INTERNAL, attributes, called),
  );
  markAsLibrarys(open.span, name);
  return { scope: { ...begun.around, span: open.span }, end: () => finish(open, begun, called) };
};

function callAttributes({ tracing, around, data }: Begun, name: string): Attributes {
  const json = textOf(data["input"]) ?? "";
  const result = textOf(data["output"]);
  const callId = around.turnTrace?.takeCallId(name, parsedOrText(json));
  return {
    ...(callId !== undefined && { [genAi.toolCallId]: callId }),
    ...(tracing.captureContent && json !== "" && { [genAi.toolCallArguments]: json }),
    ...(tracing.captureContent && result !== undefined && { [genAi.toolCallResult]: result }),
  };
}
