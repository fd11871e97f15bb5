/** Asks the models of a judge for their verdicts until a majority decides. What does not fit counts for nothing. */
import type { ZodType } from "zod";
import type { JudgePrompt } from "../../evaluation/prompts/turn-prompt.ts";
import { askInWaves } from "../../evaluation/voting/ask-in-waves.ts";
import { countOf, majorityOf } from "../../evaluation/voting/majority.ts";
import type { Ballot } from "../../evaluation/voting/merge-verdicts.ts";
import { costOf } from "../../llm/budget.ts";
import type { CallScope } from "../../llm/call-scope.ts";
import type { JsonRequest } from "../../llm/llm-client.ts";
import { sumUsage } from "../../llm/reply.ts";
import type { TracedRequest } from "../../llm/trace-request.ts";
import { JudgeError } from "../../model/errors.ts";
import type { Score, Trial, Voted } from "../../model/judgement.ts";
import type { TokenUsage } from "../../model/session.ts";
import type { JuryMember } from "./create-jury.ts";

export interface Scored {
  readonly score: Score;
  readonly reasoning: string;
}

export interface JuryQuestion<Verdict extends Scored> {
  readonly prompt: JudgePrompt;
  readonly schema: ZodType<Verdict>;
  readonly schemaName: string;
  readonly ballot: Ballot<Verdict>;
  readonly maxOutputTokens: number;
  /** Of the judge. */
  readonly version: string;
  readonly scope?: CallScope;
  /** Told of each HTTP request, whichever model it went to. */
  readonly onRequest?: (request: TracedRequest) => void;
  readonly onTrial: (trial: TrialReport) => void;
  readonly signal: AbortSignal;
}

/** Undefined where it is not known. */
export interface Spent {
  readonly usage: TokenUsage | undefined;
  readonly costUsd: number | undefined;
}

/** What became of one trial. `unusable`: the model answered, and it counts for nothing. `failed`: it could not be asked. */
export interface TrialReport extends Spent {
  readonly model: string;
  readonly outcome: "counted" | "unusable" | "failed";
}

/** With what all trials cost. */
export interface Decided<Verdict> extends Spent {
  readonly verdict: Verdict;
  /** Absent where one answer was to decide. */
  readonly voted?: Voted;
}

/** What became of one trial: a verdict, or why there is none; and what it cost either way. */
interface Outcome<Verdict> extends Spent {
  readonly model: string;
  readonly result: { readonly verdict: Verdict } | { readonly error: JudgeError };
}

/**
 * Each member is asked `trials` times at most, in turn. An answer that does not fit is asked for again, less often than there
 * are trials. Throws JudgeError when no majority of the trials could be had: what may pass, or pauses the judge, before what
 * the models answered.
 */
export async function askJury<Verdict extends Scored>(
  members: readonly [JuryMember, ...JuryMember[]],
  trials: number,
  question: JuryQuestion<Verdict>,
): Promise<Decided<Verdict>> {
  const planned = trials * members.length;
  const outcomes = await askInWaves({
    trials: planned,
    maxRepeats: planned - 1,
    async ask(place) {
      const member = members[(place - 1) % members.length] ?? members[0];
      const outcome = await askMember(member, question, planned === 1 ? {} : { trial: place });
      question.onTrial({ ...outcome, outcome: outcomeOf(outcome) });
      return outcome;
    },
    votesOf: ({ result }) => ("verdict" in result ? question.ballot.votesOf(result.verdict) : undefined),
    isRepeatable: (outcome) => outcomeOf(outcome) === "unusable",
  });
  const verdict = decideVerdict(outcomes, planned, question.ballot);
  return {
    verdict,
    usage: sumUsage(outcomes.map(({ usage }) => usage)),
    costUsd: sumCosts(outcomes.map(({ costUsd }) => costUsd)),
    ...(planned === 1 ? {} : { voted: toVoted(verdict, outcomes) }),
  };
}

function sumCosts(costs: readonly (number | undefined)[]): number | undefined {
  return costs.reduce((sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost), 0);
}

/** The model answered, and nothing that counts: it may answer otherwise the next time. */
const answerErrors = new Set(["invalid_answer", "refused", "content_filter", "output_truncated"]);

function outcomeOf({ result }: Outcome<unknown>): TrialReport["outcome"] {
  if ("verdict" in result) return "counted";
  return answerErrors.has(result.error.code) ? "unusable" : "failed";
}

async function askMember<Verdict extends Scored>(
  { client, model, price }: JuryMember,
  question: JuryQuestion<Verdict>,
  which: Pick<JsonRequest<Verdict>, "trial">,
): Promise<Outcome<Verdict>> {
  const { prompt, schema, schemaName, maxOutputTokens, version, scope, onRequest, signal } = question;
  const usages: (TokenUsage | undefined)[] = [];
  try {
    const { value, usage, costUsd } = await client.completeJson({
      system: prompt.system,
      user: prompt.user,
      nonce: prompt.nonce,
      schema,
      schemaName,
      maxOutputTokens,
      version,
      ...which,
      ...(scope === undefined ? {} : { scope }),
      onRequest(request) {
        if ("reply" in request.outcome) usages.push(request.outcome.reply.usage);
        onRequest?.(request);
      },
      signal,
    });
    return { model, usage, costUsd, result: { verdict: value } };
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    const usage = sumUsage(usages);
    return { model, usage, costUsd: usage && costOf(usage, price), result: { error } };
  }
}

function decideVerdict<Verdict extends Scored>(
  outcomes: readonly Outcome<Verdict>[],
  planned: number,
  { merge }: Ballot<Verdict>,
): Verdict {
  const verdicts = outcomes.flatMap(({ result }) => ("verdict" in result ? [result.verdict] : []));
  const errors = outcomes.flatMap(({ result }) => ("error" in result ? [result.error] : []));
  const scores = verdicts.map(({ score }) => score);
  const needed = majorityOf(planned);
  const isDecided = scores.some((score) => countOf(score, scores) >= needed);
  const passing = errors.find(({ pausesJudge }) => pausesJudge) ?? errors.find(({ retryable }) => retryable);
  if (!isDecided && passing !== undefined) throw passing;
  const [first, ...others] = verdicts;
  if (first !== undefined && verdicts.length >= needed) return planned === 1 ? first : merge(first, others);
  throw noMajority(errors, outcomes.length);
}

function noMajority(errors: readonly JudgeError[], asked: number): JudgeError {
  const last = errors.at(-1);
  if (last === undefined) throw new Error("trials without a verdict and without an error");
  if (asked === 1) return last;
  const message = `${errors.length} of ${asked} trials gave no usable answer; the last one: ${last.message}`;
  return new JudgeError(last.code, message, { retryable: false, cause: last });
}

function toVoted<Verdict extends Scored>({ score }: Verdict, outcomes: readonly Outcome<Verdict>[]): Voted {
  const trials = outcomes.map(({ model, result }): Trial =>
    "verdict" in result
      ? { model, score: result.verdict.score, reasoning: result.verdict.reasoning }
      : { model, reasoning: result.error.message },
  );
  const scores = trials.flatMap((trial) => trial.score ?? []);
  return { agreement: countOf(score, scores) / scores.length, trials };
}
