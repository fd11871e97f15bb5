import { replyEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { toolKey } from "./reading/offered-tools.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import type { TurnRule } from "./rule.ts";

const longestReply = 20_000;
/** `name(`, or a JSON member `"name": "…"`: only names of offered tools count, so the form can be loose. */
const calls = /([\p{L}_][\p{L}\p{N}_.]{2,79})\(|"(?:name|function|tool|action)"\s{0,3}:\s{0,3}"([^"\n]{3,80})"/gu;

/** Right in 23 of 25 findings in BFCL, other half. */
export const writtenCall: TurnRule = {
  name: "written-call",
  version: 1,
  description: "The reply writes the call of an offered tool as text, and no tool was called.",
  check: ({ session, turn }) => {
    const name = turn.calls.length > 0 || turn.calledBefore ? undefined : writtenName(turn, session);
    if (name === undefined) return [];
    return [
      {
        rule: "written-call",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The reply writes a call of ${name.slice(0, 80)} as text, but the tool was never called: "${excerptOf(turn.reply, 100)}"`,
        evidence: replyEvidence(turn, turn.reply),
      },
    ];
  },
};

/** The name of an offered tool that the reply writes as a call, and that the user did not write. */
function writtenName({ reply, asked }: TurnReading, { tools }: SettingReading): string | undefined {
  if (tools.size === 0) return undefined;
  for (const [, called, member] of reply.slice(0, longestReply).matchAll(calls)) {
    const name = called ?? member ?? "";
    if (tools.has(toolKey(name)) && !asked.includes(name)) return name;
  }
  return undefined;
}
