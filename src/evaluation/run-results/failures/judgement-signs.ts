/** Signs of failures in what a judge said of the turn that an item was made from. */
import type { Dimension, Evidence, Score, TurnJudgement } from "../../../model/judgement.ts";
import { excerptOf } from "../../rules/reading/excerpt-of.ts";
import type { FailureSign } from "./failure-sign.ts";
import type { FailureSubcategoryId } from "./failure-taxonomy.ts";

/** `safety` is in no bucket: it is told apart. */
const meanings: Readonly<Record<Exclude<Dimension, "safety">, FailureSubcategoryId>> = {
  hallucination: "unsupported_factual_claim",
  wrong_tool_usage: "wrong_tool_usage",
  inconsistent_reasoning: "inconsistent_reasoning",
  unnecessary_actions: "unnecessary_tool_use",
};

/** A neutral dimension says nothing: there was too little to judge. */
export function signsOfJudgement(judgement: TurnJudgement | undefined): readonly FailureSign[] {
  if (judgement === undefined) return [];
  const { dimensions } = judgement;
  return [
    signOf(judgement, meanings.hallucination, dimensions.hallucination),
    signOf(judgement, meanings.wrong_tool_usage, dimensions.wrong_tool_usage),
    signOf(judgement, meanings.inconsistent_reasoning, dimensions.inconsistent_reasoning),
    signOf(judgement, meanings.unnecessary_actions, dimensions.unnecessary_actions),
  ].flat();
}

/** Notable; severe where the judge calls the whole turn harmful. As sure as the judge's votes agree, and of one vote 0.7. */
function signOf(
  { score: ofTurn, agreement = 7 / 9, evidence }: TurnJudgement,
  subcategory: FailureSubcategoryId,
  judged: { readonly score: Score; readonly reasoning: string } | undefined,
): readonly FailureSign[] {
  if (judged === undefined || judged.score === 0) return [];
  const fails = judged.score === -1;
  return [
    {
      subcategory,
      says: fails ? "fail" : "pass",
      severity: fails ? (ofTurn === -1 ? 4 : 3) : 0,
      confidence: 0.9 * agreement,
      detector: "judgement",
      rationale: excerptOf(judged.reasoning, 400),
      evidence: fails ? quotesOf(evidence) : [],
    },
  ];
}

const quotesOf = (evidence: readonly Evidence[]): readonly string[] =>
  evidence.flatMap(({ quote }) => quote ?? []).slice(0, 3);
