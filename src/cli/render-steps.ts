/** What an agent did within a turn: model calls in a line each, tools with what went in and what came out. */
import type { ModelCall, SubAgent, ToolCall } from "@turnwise/client";
import { toPrintableJson } from "./printable.ts";
import { duration, tokens } from "./quantities.ts";
import { renderAttachments } from "./render-attachments.ts";
import { block, type Layout, shorten } from "./render-block.ts";

interface Steps {
  readonly model_calls: readonly ModelCall[];
  readonly tool_calls: readonly ToolCall[];
}

const maxArguments = 400;
const maxResult = 600;
const maxReasoning = 300;
const subAgentIndent = 8;

/** `reply` is shown elsewhere, so the model call that wrote it does not repeat it. */
export function renderSteps(steps: Steps, layout: Layout, reply: string | null): string[] {
  return inOrder(steps).flatMap((step) =>
    "arguments" in step ? renderToolCall(step, layout) : renderModelCall(step, layout, reply),
  );
}

/** Model calls and tool calls are listed apart; a tool ran after the model calls that began before it. */
function inOrder({ model_calls, tool_calls }: Steps): (ModelCall | ToolCall)[] {
  const models = [...model_calls];
  const ordered = tool_calls.flatMap((tool) => {
    const later = models.findIndex((model) => !startsBefore(model, tool));
    return [...models.splice(0, later === -1 ? models.length : later), tool];
  });
  return [...ordered, ...models];
}

/** Without times the model calls come first. */
function startsBefore(model: ModelCall, tool: ToolCall): boolean {
  if (model.started_at === null || tool.started_at === null) return true;
  return Date.parse(model.started_at) <= Date.parse(tool.started_at);
}

function renderModelCall(call: ModelCall, layout: Layout, reply: string | null): string[] {
  const facts = [
    call.response_model ?? call.model ?? "unknown model",
    duration(call.started_at, call.ended_at),
    call.usage === null ? "" : tokens(call.usage),
    call.finish_reason ?? "",
  ];
  return [
    ...block("model", facts.filter(Boolean).join(" · "), layout, "dim"),
    ...(call.reasoning === null ? [] : block("", `thought: ${shorten(call.reasoning, maxReasoning)}`, layout, "dim")),
    ...(call.content === null || call.content === reply
      ? []
      : block("", shorten(call.content, maxResult), layout, "dim")),
    ...renderAttachments("made:", call.attachments, layout, "dim"),
    ...(call.error === null ? [] : block("", `error: ${call.error}`, layout, "red")),
  ];
}

function renderToolCall(call: ToolCall, layout: Layout): string[] {
  const took = duration(call.started_at, call.ended_at);
  const by = call.provider_run ? "run by the provider" : "";
  const facts = [took, by].filter(Boolean).join(", ");
  const asked = `${call.name} ${shorten(valueText(call.arguments), maxArguments)}`;
  return [
    ...block("tool", facts === "" ? asked : `${asked}  (${facts})`, layout, "yellow"),
    ...(call.sub_agent === null ? [] : renderSubAgent(call.sub_agent, layout)),
    ...renderOutcome(call, layout),
  ];
}

function renderOutcome({ result, error }: ToolCall, layout: Layout): string[] {
  if (error !== null) return block("", `✗ ${shorten(error, maxResult)}`, layout, "red");
  return result === null ? [] : block("", `→ ${shorten(valueText(result), maxResult)}`, layout, "dim");
}

function renderSubAgent(subAgent: SubAgent, layout: Layout): string[] {
  const inner = { ...layout, width: Math.max(40, layout.width - subAgentIndent) };
  return renderSteps(subAgent, inner, null).map((line) => " ".repeat(subAgentIndent) + line);
}

const valueText = (value: ToolCall["arguments"]): string =>
  typeof value === "string" ? value : toPrintableJson(value);
