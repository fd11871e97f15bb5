/** From what a judge model answered to a judgement: what it cites is checked, what it could not see and who spoke to it is said. */
import type {
  Cut,
  Dimension,
  DimensionJudgement,
  Evidence,
  JudgeIdentity,
  TrajectoryJudgement,
  TurnJudgement,
} from "../../model/judgement.ts";
import type { TokenUsage, Turn } from "../../model/session.ts";
import { findAddressToJudge } from "./canary.ts";
import { groundEvidence, type Passage } from "./evidence.ts";
import { describeCut, jsonText } from "./shortening.ts";
import { toolCallsOf } from "./shown-turn.ts";
import type { JudgePrompt } from "./turn-prompt.ts";
import type { TrajectoryVerdict, TurnVerdict } from "./verdicts.ts";

/** How a verdict came about. */
export interface VerdictOrigin {
  readonly judge: JudgeIdentity;
  readonly prompt: Pick<JudgePrompt, "passages" | "cut">;
  readonly usage?: TokenUsage | undefined;
  readonly costUsd?: number | undefined;
}

/** `verdict.tool_calls` has one entry for each tool call of the turn. */
export function toTurnJudgement(verdict: TurnVerdict, turn: Turn, origin: VerdictOrigin): TurnJudgement {
  const { passages } = origin.prompt;
  const addresses = findAddresses(passages);
  const calls = toolCallsOf(turn);
  return {
    turn: turn.turn,
    score: verdict.score,
    reasoning: annotate(verdict.reasoning, origin.prompt.cut, addresses),
    userSummary: verdict.user_summary,
    userContent: turn.userContent,
    assistantSummary: verdict.assistant_summary,
    assistantContent: turn.assistantContent ?? "",
    toolCalls: verdict.tool_calls.map((judged, i) => ({
      ...(calls[i]?.id === undefined ? {} : { id: calls[i].id }),
      ...judged,
      callContent: jsonText({ name: calls[i]?.name ?? "", arguments: calls[i]?.arguments ?? null }),
    })),
    dimensions: verdict.dimensions satisfies Partial<Record<Dimension, DimensionJudgement>>,
    evidence: [
      ...addresses,
      ...groundEvidence(
        verdict.evidence.map(({ step, quote }) => ({ at: step, quote })),
        passages,
      ),
    ],
    ...spent(origin),
  };
}

export function toTrajectoryJudgement(verdict: TrajectoryVerdict, origin: VerdictOrigin): TrajectoryJudgement {
  const { passages } = origin.prompt;
  const addresses = findAddresses(passages);
  return {
    score: verdict.score,
    reasoning: annotate(verdict.reasoning, origin.prompt.cut, addresses),
    completed: verdict.completed,
    earlyTermination: verdict.early_termination,
    failures: verdict.failures.map(({ type, description, after_turn: afterTurn }) => ({
      type,
      description,
      afterTurn,
    })),
    evidence: [
      ...addresses,
      ...groundEvidence(
        verdict.evidence.map(({ turn, quote }) => ({ at: turn, quote })),
        passages,
      ),
    ],
    ...spent(origin),
  };
}

const maxAddresses = 5;

function findAddresses(passages: readonly Passage[]): readonly Evidence[] {
  const found: Evidence[] = [];
  for (const { text, spanId, messageIndex } of passages) {
    const quote = findAddressToJudge(text);
    if (quote === undefined) continue;
    found.push({
      quote,
      ...(spanId === undefined ? {} : { spanId }),
      ...(messageIndex === undefined ? {} : { messageIndex }),
    });
    if (found.length === maxAddresses) break;
  }
  return found;
}

function annotate(reasoning: string, cut: Cut | undefined, addresses: readonly Evidence[]): string {
  const notes = [
    ...(addresses.length === 0 ? [] : ["Content addresses the judge (first evidence); it was judged as data."]),
    ...(cut === undefined ? [] : [describeCut(cut)]),
  ];
  return [...notes.map((note) => `[${note}]`), reasoning].join(" ");
}

function spent({ judge, prompt, usage, costUsd }: VerdictOrigin) {
  return {
    judge,
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(prompt.cut === undefined ? {} : { cut: prompt.cut }),
  };
}
