import { callEvidence, callText } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** A third identical call is a loop; so is the same text written by the model for the third time. */
const enough = 3;

export const loop: TurnRule = {
  name: "loop",
  version: 1,
  description:
    "Three or more identical calls with identical answers, or three identical model texts, within one turn; told once a turn.",
  check: ({ turn }) => [...callLoops(turn), ...textLoops(turn)].slice(0, 1),
};

const callLoops = ({ calls }: TurnReading): Finding[] =>
  calls
    .filter(({ repetitions }) => repetitions === enough - 1)
    .map((call) => ({
      ...common(call.turn),
      toolCall: call.index,
      reasoning: `${call.call.name.slice(0, 80)} was called ${enough} times in this turn with the same arguments and the same answer.`,
      evidence: callEvidence(call, callText(call)),
    }));

function textLoops({ turn, modelCalls }: TurnReading): Finding[] {
  const times = new Map<string, number>();
  const found: Finding[] = [];
  for (const { content, spanId, messageIndex } of modelCalls) {
    const text = content?.trim() ?? "";
    // Short texts ("Done.", "OK") recur without a loop.
    if (text.length < 40) continue;
    const count = (times.get(text) ?? 0) + 1;
    times.set(text, count);
    if (count !== enough) continue;
    const evidence = {
      quote: excerptOf(text, 160),
      ...(spanId !== undefined && { spanId }),
      ...(messageIndex !== undefined && { messageIndex }),
    };
    found.push({
      ...common(turn.turn),
      reasoning: `The model wrote the same text ${enough} times in this turn.`,
      evidence,
    });
  }
  return found;
}

const common = (turn: number) => ({ rule: "loop", dimension: "unnecessary_actions", severity: "hard", turn }) as const;
