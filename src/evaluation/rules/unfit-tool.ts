import { callEvidence, callText } from "./finding-of.ts";
import { toolKey, type OfferedTool } from "./reading/offered-tools.ts";
import type { CallReading, SettingReading, TurnReading } from "./reading/session-reading.ts";
import { fitOf } from "./reading/tool-fit.ts";
import { stemKey } from "./reading/value-keys.ts";
import type { TurnRule } from "./rule.ts";

/** Of the questions that an offered tool can answer, 1 % (BFCL) and 11 % (When2Call) fit it less. */
const unfit = 0.15;

/**
 * Only a session's first call must speak of the request: later ones follow from answers.
 * Right in 37 of 42 findings in BFCL, other half.
 */
export const unfitTool: TurnRule = {
  name: "unfit-tool",
  version: 1,
  description: "The first call went to a tool that speaks of nothing the user asked for.",
  check: ({ session, turn }) => {
    if (turn.calledBefore || !turn.english || turn.unseen || turn.asked.length > longestRequest) return [];
    const first = turn.calls[0];
    const tool = first === undefined ? undefined : session.tools.get(toolKey(first.call.name));
    if (first === undefined || tool === undefined || isMeant(tool, first, session, turn)) return [];
    return [
      {
        rule: "unfit-tool",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: first.turn,
        toolCall: first.index,
        reasoning: `${first.call.name.slice(0, 80)} was called, but neither its name nor its description speaks of what the user asked for.`,
        evidence: callEvidence(first, callText(first)),
      },
    ];
  },
};

/** A parameter that takes a request as it is: search engines, researchers, other agents. */
const anything =
  /^(?:q|query|queries|keywords?|question|topic|prompt|task|input|instructions?|request|message|text|thought)$/i;
/** A longer message is a document with a task in it. */
const longestRequest = 2_000;

/** The request fits or says too little to tell, or the tool looks around or takes any request, or the system prompt speaks of it. */
function isMeant(tool: OfferedTool, call: CallReading, { seen }: SettingReading, turn: TurnReading): boolean {
  const { stems } = turn.request();
  if (stems.size < 2 || fitOf(tool, turn.request()) >= unfit) return true;
  if (tool.required.length === 0 || tool.required.some((name) => anything.test(name))) return true;
  return [...tool.words().name].some((stem) =>
    seen.has(stem.length < 4 ? stem : stemKey(stem), call.position, ["setting"]),
  );
}
