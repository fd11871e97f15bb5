import type { JsonValue } from "../../model/session.ts";
import { callEvidence, callText } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { isRecord } from "./reading/json-leaves.ts";
import { toolKey, type OfferedTool } from "./reading/offered-tools.ts";
import type { CallReading } from "./reading/session-reading.ts";
import type { Finding, TurnRule } from "./rule.ts";

/**
 * Silent when the arguments were not recorded.
 * Right in 19 of 23 findings in BFCL, other half.
 */
export const invalidArguments: TurnRule = {
  name: "invalid-arguments",
  version: 1,
  description:
    "A call's arguments violate the JSON schema that was offered, or name parameters the tool does not have.",
  check: ({ session, turn }) =>
    (turn.turn.flags.includes("content_missing") ? [] : turn.calls).flatMap((call) => {
      const tool = session.tools.get(toolKey(call.call.name));
      const wrong = tool === undefined ? undefined : violationOf(call.call.arguments, tool);
      return wrong === undefined ? [] : [findingOf(call, wrong)];
    }),
};

function violationOf(given: JsonValue, tool: OfferedTool): string | undefined {
  if (tool.definition.parameters === undefined || tool.definition.parameters === null) return undefined;
  if (typeof given === "string" && given.trim() !== "") return "the arguments are not a JSON object";
  const members = isRecord(given) ? given : {};
  const unknown = Object.keys(members).find((name) => tool.parameters !== undefined && !tool.parameters.has(name));
  return (
    tool.check()(members) ?? (unknown === undefined ? undefined : `the tool has no parameter "${unknown.slice(0, 80)}"`)
  );
}

const findingOf = (call: CallReading, wrong: string): Finding => ({
  rule: "invalid-arguments",
  dimension: "wrong_tool_usage",
  severity: "soft",
  turn: call.turn,
  toolCall: call.index,
  reasoning: `The arguments of ${call.call.name.slice(0, 80)} do not fit the schema it was offered with: ${excerptOf(wrong, 240)}`,
  evidence: callEvidence(call, callText(call)),
});
