import { replyEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { memberOf, toJsonText } from "./reading/json-leaves.ts";
import type { OfferedTool } from "./reading/offered-tools.ts";
import { declines, solicitationsIn } from "./reading/spoken.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import { fitOf } from "./reading/tool-fit.ts";
import { countShared, nameStems, wordStems } from "./reading/word-stems.ts";
import type { TurnRule } from "./rule.ts";

/** A longer system prompt may demand the question. */
const longestPrompt = 1_000;
/** A longer reply also answers. */
const longestReply = 600;
/** What makes a tool a candidate for which something may have to be asked. */
const related = 0.35;

/** Right in 15 of 16 findings in When2Call, other half. */
export const needlessQuestion: TurnRule = {
  name: "needless-question",
  version: 1,
  description: "The reply asks the user for something that no tool for this request needs, instead of calling one.",
  check: ({ session, turn }) => {
    if (turn.calls.length > 0 || turn.calledBefore || turn.incomplete || turn.unseen || !turn.english) return [];
    if (session.tools.size === 0 || (session.systemPrompt?.length ?? 0) > longestPrompt) return [];
    const asked = turn.reply.length > longestReply || declines(turn.reply) ? "" : solicitationsIn(turn.reply);
    if (asked === "" || turn.request().stems.size < 2 || isNeeded(turn, [...session.tools.values()])) return [];
    return [
      {
        rule: "needless-question",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The reply asks for something that no offered tool requires for this request: "${excerptOf(asked, 120)}"`,
        evidence: replyEvidence(turn, asked),
      },
    ];
  },
};

/** A tool for this request, or, when none seems to be, any tool, requires what the reply speaks of beyond the request. */
function isNeeded({ reply, request }: TurnReading, tools: readonly OfferedTool[]): boolean {
  const spoken = new Set([...wordStems(reply)].filter((stem) => !request().stems.has(stem)));
  if (spoken.size === 0) return true;
  const close = tools.filter((tool) => fitOf(tool, request()) >= related);
  return (close.length === 0 ? tools : close).some((tool) => tool.required.some((name) => asksFor(name, tool, spoken)));
}

/** An object has members of its own, of which anything may be missing. */
function asksFor(name: string, tool: OfferedTool, spoken: ReadonlySet<string>): boolean {
  const schema = tool.parameterOf(name);
  const opaque = memberOf(schema, "type") === "object";
  const words = [nameStems(name), wordStems(toJsonText(schema ?? null))];
  return opaque || words.some((stems) => countShared(stems, spoken) > 0);
}
