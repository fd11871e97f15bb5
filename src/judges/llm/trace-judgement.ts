import type { TurnContext } from "../../component/judge.ts";
import { type CallTrace, startCallTrace } from "../../llm/trace-calls.ts";
import { JudgeError } from "../../model/errors.ts";
import type { JudgeIdentity, Score } from "../../model/judgement.ts";
import type { AttributeValue } from "../../model/span.ts";

export interface TracedJudgement {
  readonly judge: JudgeIdentity;
  /** `turn 3`, `trajectory`. */
  readonly purpose: string;
  /** Whether prompts and answers are kept. */
  readonly content: boolean;
}

/**
 * Has a judgement made, and tells whoever keeps them of the calls that it took, also where it failed. What was answered
 * without a call has no trace.
 */
export async function traceJudgement<Judgement extends { readonly score: Score }>(
  { ref, onSpan }: { readonly [Name in "ref" | "onSpan"]: TurnContext[Name] | undefined },
  { judge, purpose, content }: TracedJudgement,
  make: (onRequest?: CallTrace["onRequest"]) => Promise<Judgement>,
): Promise<Judgement & { readonly traceId?: string }> {
  if (onSpan === undefined) return make();
  const attributes = new Map<string, AttributeValue>([
    ["turnwise.judge.name", judge.name],
    ["turnwise.judge.version", judge.version],
    ...(ref === undefined ? [] : ([["turnwise.session.id", ref.id]] as const)),
    ["gen_ai.evaluation.name", purpose],
  ]);
  const trace = startCallTrace({ name: `judge ${purpose}`, attributes, content });
  const tell = (how: Parameters<CallTrace["end"]>[0]): boolean => {
    const spans = trace.end(how);
    for (const span of spans) onSpan(span);
    return spans.length > 0;
  };
  try {
    const judgement = await make(trace.onRequest);
    const called = tell({ attributes: new Map([["gen_ai.evaluation.score.value", BigInt(judgement.score)]]) });
    return called ? { ...judgement, traceId: trace.traceId } : judgement;
  } catch (error) {
    const { code, message } = error instanceof JudgeError ? error : { code: "internal", message: "" };
    tell({ error: { code, message } });
    throw error;
  }
}
