import { replyEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { OfferedTool } from "./reading/offered-tools.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import { asks, declines } from "./reading/spoken.ts";
import { fittingTool, isFillable } from "./reading/tool-fit.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** A longer system prompt may forbid the call, or hold the answer. */
const longestPrompt = 1_000;

/**
 * Silent once anything has been called: then the answer can stand on what the tools said.
 * Right in 21 of 24 findings in BFCL and 46 of 50 in When2Call, other half.
 */
export const unusedTool: TurnRule = {
  name: "unused-tool",
  version: 1,
  description:
    "An offered tool fits the request and everything it needs is told, but the reply refuses or answers without it.",
  check: ({ session, turn }) => {
    const tool = mayHaveCalled(turn, session) ? fittingTool(session.tools.values(), turn.request()) : undefined;
    if (tool === undefined) return [];
    const refused = declines(turn.reply);
    if (!refused && (asks(turn.reply) || !isFillable(tool, turn.request()))) return [];
    return [findingOf(turn, tool, refused)];
  },
};

const mayHaveCalled = (turn: TurnReading, { tools, systemPrompt = "" }: SettingReading): boolean =>
  tools.size > 0 &&
  turn.calls.length === 0 &&
  turn.reply !== "" &&
  !turn.calledBefore &&
  !turn.incomplete &&
  !turn.unseen &&
  turn.english &&
  systemPrompt.length <= longestPrompt;

const findingOf = (turn: TurnReading, { definition }: OfferedTool, refused: boolean): Finding => ({
  rule: "unused-tool",
  dimension: "wrong_tool_usage",
  severity: "soft",
  turn: turn.turn.turn,
  reasoning: `The tool ${definition.name.slice(0, 80)} fits the request, but the reply ${refused ? "says that it cannot be done" : "answers without calling it"}: "${excerptOf(turn.reply, 100)}"`,
  evidence: replyEvidence(turn, turn.reply),
});
