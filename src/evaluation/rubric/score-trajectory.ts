/** From the findings of all turns to the trajectory's score, and to the steps to blame. */
import type { Score, TrajectoryFailure } from "../../model/judgement.ts";
import type { SessionReading, TurnReading } from "../rules/reading/session-reading.ts";
import { correctsItself, leavesUnsettled } from "../rules/reading/spoken.ts";
import type { Finding } from "../rules/rule.ts";
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

export function scoreTrajectory(session: SessionReading, findings: readonly Finding[]): TrajectoryScore {
  const last = session.turns.findLast((turn) => turn.turn.steps.length > 0 || turn.reply !== "");
  const ended = findings.some((finding) => finding.turn === last?.turn.turn && endings.has(finding.rule));
  const completed = last !== undefined && !ended && !last.turn.aborted && (last.reply !== "" || last.handedOver);
  return {
    ...scoreOf(session, findings.filter(counts), completed),
    completed,
    earlyTermination: ended,
    failures: failuresOf(findings),
  };
}

function scoreOf(session: SessionReading, findings: readonly Finding[], completed: boolean) {
  if (isHarmful(findings)) return { score: -1, reasoning: reasonsOf(findings) } as const;
  if (findings.length > 0) {
    return {
      score: 0,
      reasoning: `Signs of trouble, too few to call the session a failure: ${reasonsOf(findings)}`,
    } as const;
  }
  const against = hindranceOf(session, completed);
  if (against !== undefined)
    return { score: 0, reasoning: `The rules found nothing wrong, but no success either: ${against}` } as const;
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
 * The most likely root cause first: hard findings before soft ones, notes last, earlier steps before later ones. A note
 * about a call that is blamed already says nothing new.
 */
export function failuresOf(findings: readonly Finding[]): readonly TrajectoryFailure[] {
  const placeOf = ({ turn, toolCall }: Finding): string | undefined =>
    toolCall === undefined ? undefined : `${turn}:${toolCall}`;
  const blamed = new Set(findings.filter(counts).map(placeOf));
  const telling = findings.filter((finding) => counts(finding) || !blamed.has(placeOf(finding) ?? ""));
  const ordered = telling.sort(
    (a, b) =>
      ranks[a.severity] - ranks[b.severity] ||
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
