import { z } from "zod";
import type { JsonValue } from "../../../model/session.ts";
import { previousStep, type StepParents, type TracedCall, type TracedMessage, traceOf } from "./trace-of-messages.ts";
import { anyJson, parseTrace, type TurnTrace } from "./turn-trace.ts";

const message = z.object({
  role: z.string(),
  content: z.string().nullish(),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string().nullish() }) }))
    .nullish(),
  tool_call_id: z.string().nullish(),
  tool_details: anyJson.nullish(),
});

const conversation = z.array(z.array(message));
type Message = z.output<typeof message>;

/** What the original lets an agent have said that said nothing. */
const missingReply = "Agent did not respond.";

/**
 * A ToolSandbox conversation: a list of turns, each a list of messages in OpenAI's shape. The details of a tool's answer follow it
 * on a line of their own, as JSON. Throws InvalidInputError 050009 for anything else. Source: agent_inspect's ToolSandbox adapter.
 */
export function fromToolSandbox(given: unknown, parents: StepParents = "previous"): readonly TurnTrace[] {
  const turns = parseTrace(conversation, given).map((messages) =>
    messages.map(({ role, content = null, tool_calls }): TracedMessage => ({
      speaker: role === "user" ? role : role === "assistant" ? "agent" : "other",
      content,
      batch: (tool_calls ?? []).map((call) => ({
        tool: call.function.name,
        arguments: readArguments(call.function.arguments),
        output: outputOf(call.id, messages),
      })),
    })),
  );
  return traceOf({ turns, parentsOf: parents === "previous" ? previousStep : originalParents, missingReply });
}

/** What is no JSON object becomes one argument, the text as it was. */
function readArguments(text: string | null | undefined): TracedCall["arguments"] {
  if (text === null || text === undefined) return [];
  const given = parseObject(text);
  if (given === undefined) return [{ name: "arguments", value: text }];
  return Object.entries(given).map(([name, value]) => ({ name, value }));
}

function parseObject(text: string): { readonly [key: string]: JsonValue } | undefined {
  try {
    const parsed = z.record(z.string(), anyJson).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function outputOf(id: string, messages: readonly Message[]): string | null {
  const answer = messages.find(({ role, tool_call_id }) => role === "tool" && tool_call_id === id);
  if (answer === undefined) return null;
  const details = answer.tool_details ?? undefined;
  const output = (answer.content ?? "") + (details === undefined ? "" : `\n${JSON.stringify(details)}`);
  return output === "" ? null : output;
}

/** Each batch begins anew. */
const originalParents = (turn: number, step: number, first: number): readonly string[] =>
  step === first ? [] : previousStep(turn, step);
