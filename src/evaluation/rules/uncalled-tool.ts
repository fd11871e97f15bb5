import { replyEvidence } from "./finding-of.ts";
import { toolKey, type OfferedTool } from "./reading/offered-tools.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import type { TurnRule } from "./rule.ts";

/**
 * Silent when the agent spoke afterwards: then the rest may follow, or have been answered by another tool.
 * Right in 33 of 33 findings in BFCL, other half.
 */
export const uncalledTool: TurnRule = {
  name: "uncalled-tool",
  version: 1,
  description: "The message speaks of two offered tools by words of their own names, and only one of them was called.",
  check: ({ session, turn }) => {
    if (session.tools.size < 2 || turn.calls.length === 0 || turn.reply !== "") return [];
    if (turn.calledBefore || turn.incomplete || turn.turn.aborted || turn.handedOver) return [];
    const uncalled = firstUncalled(turn, session);
    if (uncalled === undefined) return [];
    return [
      {
        rule: "uncalled-tool",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The user's message also speaks of what ${uncalled.definition.name.slice(0, 80)} does, which was not called.`,
        evidence: replyEvidence(turn, turn.asked),
      },
    ];
  },
};

/** A tool of whose name the user used every word that the called tools' names do not have, and at least one. */
function firstUncalled({ calls, request }: TurnReading, { tools }: SettingReading): OfferedTool | undefined {
  const called = new Set(calls.map(({ call }) => toolKey(call.name)));
  const spoken = new Set([...called].flatMap((key) => [...(tools.get(key)?.words().name ?? [])]));
  for (const [key, tool] of tools) {
    if (called.has(key)) continue;
    const own = [...tool.words().name].filter((stem) => !spoken.has(stem));
    if (own.length > 0 && own.every((stem) => request().stems.has(stem))) return tool;
  }
  return undefined;
}
