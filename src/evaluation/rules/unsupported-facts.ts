import type { ModelCall } from "../../model/session.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import { foldText, piecesOf } from "./reading/value-keys.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** Numbers of two digits and more, and names of two words and more. */
const factPattern = /\p{N}[\p{N}.,:/-]{0,30}\p{N}|\p{Lu}[\p{Ll}'’]{1,30}(?: \p{Lu}[\p{Ll}'’]{1,30}){1,5}/gu;
/** One may be a sum or a date written another way. */
const enough = 2;
const longestText = 20_000;

/**
 * Sums, dates and lists make numbers of their own, so that this is no fault by itself; in a session that failed it is where
 * invented facts came in. Fired on 388 of 680 labelled conversations, of which 173 had failed (as many as of all). The opening message of several repeats the task and lays out a plan: its facts count as known.
 */
export const unsupportedFacts: TurnRule = {
  name: "unsupported-facts",
  version: 1,
  description:
    "The model states numbers or names that neither the user nor a tool had mentioned; where to look, not a verdict; told once a turn.",
  check: ({ session, turn }) => {
    if (turn.incomplete || turn.unseen) return [];
    const found = firstUnsupported(turn, session);
    return found === undefined ? [] : [findingOf(turn, found)];
  },
};

interface Unsupported {
  readonly at: ModelCall;
  readonly facts: readonly string[];
}

function firstUnsupported({ turn, calls, position }: TurnReading, { seen }: SettingReading): Unsupported | undefined {
  const planned = new Set<string>();
  const messages = turn.steps.filter((step) => step.type === "model_call").length;
  let before = position + 1;
  let told = 0;
  for (const [place, step] of turn.steps.entries()) {
    if (step.type === "tool_call") {
      before = (calls[told]?.position ?? before) + 1;
      told += 1;
      continue;
    }
    const text = (step.content ?? "").slice(0, longestText);
    const isPlan = place === 0 && messages > 1;
    if (isPlan) for (const piece of piecesOf(foldText(text))) planned.add(piece);
    else if (turn.steps[place + 1]?.type !== "tool_call") {
      const facts = factsOf(text).filter(
        (fact) => !piecesOf(fact).every((piece) => planned.has(piece) || seen.has(piece, before)),
      );
      if (facts.length >= enough) return { at: step, facts };
    }
  }
  return undefined;
}

const factsOf = (text: string): readonly string[] => [
  ...new Set((text.match(factPattern) ?? []).map((fact) => foldText(fact))),
];

const findingOf = ({ turn }: TurnReading, { at, facts }: Unsupported): Finding => ({
  rule: "unsupported-facts",
  dimension: "hallucination",
  severity: "note",
  turn: turn.turn,
  reasoning: `The model states ${facts.length} facts that neither the user nor a tool had mentioned, as ${facts
    .slice(0, 3)
    .map((fact) => `"${excerptOf(fact, 40)}"`)
    .join(", ")}.`,
  evidence: {
    quote: excerptOf(at.content ?? "", 160),
    ...(at.spanId !== undefined && { spanId: at.spanId }),
    ...(at.messageIndex !== undefined && { messageIndex: at.messageIndex }),
  },
});
