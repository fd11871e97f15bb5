import type { ModelCall } from "../../model/session.ts";
import { textOf } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** Words by which a model says that it goes on without the facts. */
const assuming =
  /\b(?:simulat(?:e|ed|es|ing|ion)|hypothetical(?:ly)?|assum(?:e|ed|es|ing)|mock(?:-?up| data|ed)?|dummy|sample data(?:set)?|for illustration|placeholder|your_[a-z_]{0,30}key)\b/i;
const longestText = 20_000;

/** What the user speaks of in such words is the task itself. */
export const assumedFacts: TurnRule = {
  name: "assumed-facts",
  version: 2,
  description:
    "The model's own words, or its code, say that it assumes, simulates or makes up what it should have found out.",
  check: ({ turn }) => {
    if (assuming.test(turn.asked)) return [];
    const found = firstAssumption(turn);
    return found === undefined ? [] : [findingOf(turn, found)];
  },
};

interface Assumption {
  readonly quote: string;
  readonly at: Pick<ModelCall, "spanId" | "messageIndex">;
}

function firstAssumption({ turn }: TurnReading): Assumption | undefined {
  for (const step of turn.steps) {
    const text = step.type === "model_call" ? (step.content ?? "") : textOf(step.arguments);
    const at = text.slice(0, longestText).search(assuming);
    if (at >= 0) return { quote: text.slice(Math.max(0, at - 40), at + 80), at: step };
  }
  return undefined;
}

const findingOf = ({ turn }: TurnReading, { quote, at }: Assumption): Finding => ({
  rule: "assumed-facts",
  dimension: "hallucination",
  severity: "note",
  turn: turn.turn,
  reasoning: `The model goes on with assumed or made-up facts: "${excerptOf(quote, 120)}"`,
  evidence: {
    quote: excerptOf(quote, 160),
    ...(at.spanId !== undefined && { spanId: at.spanId }),
    ...(at.messageIndex !== undefined && { messageIndex: at.messageIndex }),
  },
});
