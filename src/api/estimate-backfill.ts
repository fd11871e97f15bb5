/** What a judge's part of a backfill may cost: by what its earlier judgements used, else by the size of what is stored and its models' prices. Pure. */
import type { BackfillWork, JudgingCosts } from "../component/backfills.ts";
import type { JudgeRequest } from "../component/judge.ts";
import type { BackfillEstimate } from "./backfill-contract.ts";
import type { JudgeInfo } from "./route.ts";

/** A third of the bytes, as everywhere here, and for each call what a judge's own instructions and answer take. */
const bytesPerToken = 3;
const instructionTokens = 2000;
const answerTokens = 700;

export function estimateBackfill(
  { name, version, requests = [] }: JudgeInfo,
  work: BackfillWork,
  costs: { readonly turns: JudgingCosts; readonly trajectories: JudgingCosts },
): BackfillEstimate {
  const { turns, trajectories } = work;
  const counted = { name, version, turns, trajectories };
  if (requests.length === 0)
    return { ...counted, input_tokens: 0, output_tokens: 0, cost_usd: 0, basis: "no_model", compared: 0 };
  const parts = [
    estimatePart({ items: turns, bytes: work.turnBytes }, costs.turns, requests),
    estimatePart({ items: trajectories, bytes: work.trajectoryBytes }, costs.trajectories, requests),
  ].filter(({ items }) => items > 0);
  const sum = (valueOf: (part: Part) => number): number => parts.reduce((total, part) => total + valueOf(part), 0);
  const isKnown = parts.every(({ costUsd }) => costUsd !== undefined);
  return {
    ...counted,
    input_tokens: sum((part) => part.inputTokens),
    output_tokens: sum((part) => part.outputTokens),
    cost_usd: isKnown ? sum(({ costUsd = 0 }) => costUsd) : null,
    basis: parts.every(({ compared }) => compared > 0) ? "earlier_judgements" : "content_sizes",
    compared: sum((part) => part.compared),
  };
}

interface Part {
  readonly items: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd?: number;
  /** Earlier judgements that it was computed from. */
  readonly compared: number;
}

/** What is given grows with what was said; an answer does not. */
function estimatePart(
  work: { readonly items: number; readonly bytes: number },
  costs: JudgingCosts,
  requests: readonly JudgeRequest[],
): Part {
  if (costs.judgements === 0 || costs.bytes === 0) return estimateBySize(work, requests);
  const { items, bytes } = work;
  const growth = bytes / costs.bytes;
  return {
    items,
    inputTokens: Math.round(costs.inputTokens * growth),
    outputTokens: Math.round((costs.outputTokens / costs.judgements) * items),
    ...(costs.costUsd === undefined ? {} : { costUsd: costs.costUsd * growth }),
    compared: costs.judgements,
  };
}

/** Each request is given all of it. */
function estimateBySize(
  { items, bytes }: { readonly items: number; readonly bytes: number },
  requests: readonly JudgeRequest[],
): Part {
  const given = Math.round(bytes / bytesPerToken) + items * instructionTokens;
  const answered = items * answerTokens;
  const costs = requests.flatMap(({ price }) =>
    price === undefined ? [] : [(given * price.input + answered * price.output) / 1_000_000],
  );
  return {
    items,
    inputTokens: given * requests.length,
    outputTokens: answered * requests.length,
    ...(costs.length < requests.length ? {} : { costUsd: costs.reduce((total, cost) => total + cost, 0) }),
    compared: 0,
  };
}
