import { z } from "zod";
import { previousStep, stepId, type StepParents, traceOf, type TracedMessage } from "./trace-of-messages.ts";
import { anyJson, parseTrace, type TurnTrace } from "./turn-trace.ts";

const message = z.object({
  role: z.string(),
  content: z.string().nullish(),
  tool_calls: z
    .array(z.object({ id: z.string(), name: z.string(), arguments: z.record(z.string(), anyJson).nullish() }))
    .nullish(),
  tool_id: z.string().nullish(),
});

const conversation = z.array(z.array(message));

/**
 * A tau2-bench conversation: a list of turns, each a list of messages by `user`, `agent` and `tool`, the tool's answer known by
 * its `tool_id`. Throws InvalidInputError 050009 for anything else. Source: agent_inspect's tau2-bench adapter.
 */
export function fromTau2Bench(given: unknown, parents: StepParents = "previous"): readonly TurnTrace[] {
  const turns = parseTrace(conversation, given).map((messages) =>
    messages.map(({ role, content = null, tool_calls }): TracedMessage => ({
      speaker: role === "user" || role === "agent" ? role : "other",
      content,
      batch: (tool_calls ?? []).map(({ id, name, arguments: args }) => ({
        tool: name,
        arguments: Object.entries(args ?? {}).map(([key, value]) => ({ name: key, value })),
        output: messages.find((other) => other.role === "tool" && other.tool_id === id)?.content ?? null,
      })),
    })),
  );
  return traceOf({ turns, parentsOf: parents === "previous" ? previousStep : originalParents });
}

/** The first of a batch is counted twice over. */
const originalParents = (turn: number, step: number, first: number): readonly string[] =>
  step === 0 ? [] : [stepId(turn, first + step - 1)];
