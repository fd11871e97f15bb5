/** From the findings of all turns to the trajectory's score, and to the steps to blame. */
import type { Score, TrajectoryFailure } from "../../model/judgement.ts";
import type { SessionReading, TurnReading } from "../rules/reading/session-reading.ts";
import { correctsItself, leavesUnsettled } from "../rules/reading/spoken.ts";
import type { Finding } from "../rules/rule.ts";
import { riskOf, type OutcomeRisk, type OutcomeWeights } from "./outcome-risk.ts";
import { measureSignals } from "./outcome-signals.ts";
import { counts, isHarmful, reasonsOf } from "./score-turn.ts";

export interface TrajectoryScore {
  readonly score: Score;
  readonly reasoning: string;
  readonly completed: boolean;
  readonly earlyTermination: boolean;
  readonly failures: readonly TrajectoryFailure[];
}

/** Rules whose finding means that the run did not come to its own end. */
const endings = new Set(["run-ended", "no-reply"]);

/** `weights`: what the signals of a session count; see outcome-weights.ts. */
export function scoreTrajectory(
  session: SessionReading,
  findings: readonly Finding[],
  weights: OutcomeWeights,
): TrajectoryScore {
  const last = session.turns.findLast((turn) => turn.turn.steps.length > 0 || turn.reply !== "");
  const ended = findings.some((finding) => finding.turn === last?.turn.turn && endings.has(finding.rule));
  const completed = last !== undefined && !ended && !last.turn.aborted && (last.reply !== "" || last.handedOver);
  const risk = riskOf(measureSignals(session, findings), weights);
  const verdict =
    failureIn(findings.filter(counts), risk, weights) ??
    hindranceIn(session, findings.filter(counts), completed) ??
    doubtAbout(risk, weights) ??
    praiseOf(session);
  const failures = failuresOf(findings, verdict.score);
  return {
    ...verdict,
    completed,
    earlyTermination: ended,
    failures: verdict.score < 0 && failures.length === 0 ? likeliestStep(session) : failures,
  };
}

/** Of 15 failed sessions in which people named the step that broke it, it was the first change in 7. */
function likeliestStep({ turns }: SessionReading): readonly TrajectoryFailure[] {
  const calls = turns.flatMap((turn) => turn.calls);
  const first = calls.find((call) => call.effect === "write") ?? calls[0];
  if (first === undefined) return [];
  const { name, messageIndex, spanId } = first.call;
  return [
    {
      type: "likeliest_step",
      description: `No step stands out. Sessions like this one mostly broke at their first change, here ${name.slice(0, 80)}.`,
      afterTurn: first.turn,
      ...(messageIndex !== undefined && { messageIndex }),
      ...(spanId !== undefined && { spanId }),
    },
  ];
}

/** Findings that are enough, or a risk as of the riskiest labelled sessions, to which at least two signals of trouble contribute. */
function failureIn(findings: readonly Finding[], risk: OutcomeRisk, weights: OutcomeWeights) {
  if (isHarmful(findings)) return { score: -1, reasoning: reasonsOf(findings) } as const;
  const trouble = risk.against.filter(({ isLoad }) => !isLoad);
  if (risk.risk < weights.harmfulFrom || trouble.length < 2) return undefined;
  return {
    score: -1,
    reasoning: `${findings.length > 0 ? `${reasonsOf(findings)} ` : ""}No single proof, but sessions with these signs mostly failed: ${told(risk)}.`,
  } as const;
}

function doubtAbout(risk: OutcomeRisk, { helpfulBelow }: OutcomeWeights) {
  if (risk.risk <= helpfulBelow) return undefined;
  return {
    score: 0,
    reasoning: `Nothing wrong was found, but too many sessions with these signs failed to praise this one: ${told(risk)}.`,
  } as const;
}

/** The heaviest signs. */
const told = ({ against }: OutcomeRisk): string =>
  against
    .slice(0, 4)
    .map(({ says }) => says)
    .join("; ");

function hindranceIn(session: SessionReading, findings: readonly Finding[], completed: boolean) {
  if (findings.length > 0) {
    return {
      score: 0,
      reasoning: `Signs of trouble, too few to call the session a failure: ${reasonsOf(findings)}`,
    } as const;
  }
  const against = hindranceOf(session, completed);
  if (against === undefined) return undefined;
  return { score: 0, reasoning: `The rules found nothing wrong, but no success either: ${against}` } as const;
}

function praiseOf(session: SessionReading) {
  const worked = session.turns.flatMap((turn) => turn.calls).length;
  return {
    score: 1,
    reasoning: `All ${worked} tool calls succeeded, the last turn was answered, and the agent never had to correct itself.`,
  } as const;
}

/** Why a session without findings still deserves no praise. */
function hindranceOf({ turns }: SessionReading, completed: boolean): string | undefined {
  const calls = turns.flatMap((turn) => turn.calls);
  if (!completed) return "it did not come to an answer.";
  if (!calls.some((call) => call.succeeded && !call.handsOver)) return "no tool call succeeded that would show it.";
  if (calls.some((call) => call.failure !== undefined)) return "a tool call failed on the way.";
  if (leavesUnsettled(lastWords(turns))) return "the user's last words do not say that it worked.";
  const own = turns.find((turn) => correctsItself(turn.reply));
  return own === undefined ? undefined : `in turn ${own.turn.turn} the agent corrects itself.`;
}

/** A single word at the end is a signal of the application ("STOP") or a greeting; the sentence before it tells more. */
const lastWords = (turns: readonly TurnReading[]): string =>
  turns.findLast(({ turn }) => /\p{L}[^\p{L}]+\p{L}/u.test(turn.userContent))?.turn.userContent ?? "";

const ranks = { hard: 0, soft: 1, note: 2 } as const;

/**
 * Of notes these are told, in this order of trust: measured on sessions in which people named the step to blame, it was most
 * often where a change or a tool first failed, else where facts came from nowhere.
 */
const tellingNotes: readonly string[] = ["unrecovered-write", "failed-call", "unsupported-facts", "assumed-facts"];

/**
 * The most likely root cause first: hard findings before soft ones, notes last, earlier steps before later ones. A note
 * about a call that is blamed already says nothing new; in a session that went well notes are no failures.
 */
export function failuresOf(findings: readonly Finding[], score: Score): readonly TrajectoryFailure[] {
  const placeOf = ({ turn, toolCall }: Finding): string | undefined =>
    toolCall === undefined ? undefined : `${turn}:${toolCall}`;
  const blamed = new Set(findings.filter(counts).map(placeOf));
  const isTold = (finding: Finding): boolean =>
    counts(finding) || (score < 1 && tellingNotes.includes(finding.rule) && !blamed.has(placeOf(finding) ?? ""));
  const ordered = findings
    .filter(isTold)
    .sort(
      (a, b) =>
        ranks[a.severity] - ranks[b.severity] ||
        (a.severity === "note" ? tellingNotes.indexOf(a.rule) - tellingNotes.indexOf(b.rule) : 0) ||
        a.turn - b.turn ||
        (a.evidence.messageIndex ?? Infinity) - (b.evidence.messageIndex ?? Infinity),
    );
  return ordered.map(({ rule, reasoning, turn, evidence: { messageIndex, spanId } }) => ({
    type: rule.replaceAll("-", "_"),
    description: reasoning,
    afterTurn: turn,
    ...(messageIndex !== undefined && { messageIndex }),
    ...(spanId !== undefined && { spanId }),
  }));
}
