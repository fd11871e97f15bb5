import { callEvidence, callText } from "./finding-of.ts";
import { toolKey } from "./reading/offered-tools.ts";
import type { TurnRule } from "./rule.ts";

/**
 * Silent when the session's tools are not known: then nothing can be said to be missing from them. A tool that the provider
 * ran was offered to the model, whatever the recording says of it.
 * Right in 22 of 23 findings in BFCL and When2Call, other half.
 */
export const unknownTool: TurnRule = {
  name: "unknown-tool",
  version: 2,
  description: "A tool was called that was not offered to the model.",
  check: ({ session, turn }) =>
    session.tools.size === 0
      ? []
      : turn.calls
          .filter(({ call }) => call.providerRun !== true && !session.tools.has(toolKey(call.name)))
          .map((call) => ({
            rule: "unknown-tool",
            dimension: "wrong_tool_usage",
            severity: "soft",
            turn: call.turn,
            toolCall: call.index,
            reasoning: `The tool "${call.call.name.slice(0, 80)}" was called, but it is not among the ${session.tools.size} tools offered.`,
            evidence: callEvidence(call, callText(call)),
          })),
};
