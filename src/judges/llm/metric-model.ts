/** The model of an `llm` judge, as metrics and expectations ask it: within that judge's limits and budgets. */
import type { AskMetricModel } from "../../evaluation/item-metrics/item-metric.ts";
import { costOf } from "../../llm/budget.ts";
import type { CallScope } from "../../llm/call-scope.ts";
import type { LlmClient } from "../../llm/llm-client.ts";
import type { AnswerStore } from "../../model/answer-store.ts";
import type { TokenUsage } from "../../model/session.ts";
import type { SpendLedger } from "../../model/spend.ts";
import { createJury } from "./create-jury.ts";
import type { LlmJudgeConfig } from "./llm-config.ts";

export interface MetricModel {
  readonly model: string;
  /** Of one prompt. */
  readonly maxInputTokens: number;
  /** Of one answer. */
  readonly maxOutputTokens: number;
  /** For those that ask for texts. */
  readonly llm: LlmClient;
  /**
   * `scope`: whose session or run is asked for, where there is one. `onSpent` is told of each request that was answered, also of
   * those whose answer is of no use.
   */
  ask(scope?: CallScope, onSpent?: (spent: MetricSpend) => void): AskMetricModel;
  close(): void;
}

/** Of one request. Undefined where it is not known. */
export interface MetricSpend {
  readonly usage: TokenUsage | undefined;
  readonly costUsd: number | undefined;
}

export interface MetricModelOptions {
  /** Under whose name calls are counted. */
  readonly judge: string;
  readonly ledger: SpendLedger;
  readonly answers?: AnswerStore | undefined;
  /** Whose answers are kept, when those are not the judge's. */
  readonly answersOf?: string;
}

/** The judge's own model, without its jury. A key must be there. */
export function createMetricModel(config: LlmJudgeConfig, options: MetricModelOptions): MetricModel {
  const [{ client, model, price }] = createJury({ ...config, jury: [] }, options);
  return {
    model,
    maxInputTokens: config.max_input_tokens,
    maxOutputTokens: config.max_output_tokens,
    llm: client,
    ask: (scope, onSpent) => async (question, signal) => {
      const { value, usage, costUsd } = await client.completeJson({
        ...question,
        maxOutputTokens: Math.min(question.maxOutputTokens, config.max_output_tokens),
        ...(scope === undefined ? {} : { scope }),
        onRequest({ outcome }) {
          if (!("reply" in outcome)) return;
          const { usage } = outcome.reply;
          onSpent?.({ usage, costUsd: usage && costOf(usage, price) });
        },
        signal,
      });
      return { value, ...(usage && { usage }), ...(costUsd === undefined ? {} : { costUsd }) };
    },
    close: () => client.close(),
  };
}
