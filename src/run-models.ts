/** The models that the metrics of runs ask: the configured one, or one asked with a key that a run's sender gave for it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Telemetry } from "./component/component.ts";
import type { RunWaiting } from "./component/evaluation-runner.ts";
import type { EvaluationRef, RunClaim } from "./component/evaluations.ts";
import { type LlmJudgeConfig, llmConfigSchema } from "./judges/llm/llm-config.ts";
import { createMetricModel, type MetricModel } from "./judges/llm/metric-model.ts";
import { createMemoryLedger } from "./llm/memory-ledger.ts";
import type { AnswerStore } from "./model/answer-store.ts";
import type { SpendLedger } from "./model/spend.ts";
import type { JudgePauses } from "./service/judge-pauses.ts";
import { createPatience, RunFailedError } from "./service/patient-ask.ts";
import type { RunModel } from "./service/score-run.ts";

export interface ModelJudge {
  readonly id: string;
  readonly config: LlmJudgeConfig;
}

export interface RunModelsOptions {
  /** Whose model is asked, and with whose settings also the senders' keys ask. Absent: only senders' keys ask, OpenAI's usual model. */
  readonly judge?: ModelJudge;
  readonly ledger: SpendLedger;
  /** Where answers are kept until their item is saved. */
  readonly answers: AnswerStore;
  readonly pauses: JudgePauses;
  readonly telemetry: Telemetry;
  /** Is told why a run waits for its model; undefined: it does not, or not any more. */
  readonly onWaiting: (run: EvaluationRef, waiting: RunWaiting | undefined) => void;
  /** A key comes by another way than its run, and may be a moment later. */
  readonly keyDelayMs?: number;
}

export interface RunModels {
  /** Rejects with RunFailedError when the run needs a key that is gone, with the signal's reason when that aborts. */
  modelOf(claim: RunClaim, signal: AbortSignal): Promise<RunModel | undefined>;
  /** The key that the run's sender gave for it. Absent: it is to be forgotten. */
  setKey(run: EvaluationRef, apiKey?: string): void;
  close(): void;
}

const keyIsGone =
  "the key that it was sent with is kept in memory only, and the server was started again since: send the run again";

export function createRunModels(options: RunModelsOptions): RunModels {
  const { judge, ledger, answers, pauses, telemetry, onWaiting, keyDelayMs = 5000 } = options;
  const configured =
    judge && judge.config.api_key !== ""
      ? createMetricModel(judge.config, { judge: judge.id, ledger, answers })
      : undefined;
  const keys = new Map<string, string>();
  const owned = new Map<string, MetricModel>();

  async function keyOf(claim: RunClaim, signal: AbortSignal): Promise<string> {
    const giveUpAt = performance.now() + keyDelayMs;
    for (;;) {
      signal.throwIfAborted();
      const key = keys.get(nameOf(claim));
      if (key !== undefined) return key;
      if (performance.now() > giveUpAt) throw new RunFailedError(keyIsGone);
      await sleep(50, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async function ownedBy(claim: RunClaim, signal: AbortSignal): Promise<MetricModel> {
    const apiKey = await keyOf(claim, signal);
    const model = owned.get(nameOf(claim)) ?? createMetricModel(withKey(judge?.config, apiKey), ownAccount());
    owned.set(nameOf(claim), model);
    return model;
  }

  return {
    async modelOf(claim, signal) {
      const isOwnKey = claim.hasOwnKey === true;
      const model = isOwnKey ? await ownedBy(claim, signal) : configured;
      if (model === undefined) return undefined;
      const { project, id } = claim;
      const tell = (waiting?: RunWaiting): void => onWaiting({ project, id }, waiting);
      tell(); // whoever had the run before may have told otherwise
      const patient = createPatience({
        judge: judge?.id ?? "llm",
        project,
        isOwnKey,
        pauses,
        telemetry,
        onWaiting: tell,
      });
      return {
        maxInputTokens: model.maxInputTokens,
        isOwnKey,
        ask: (item, onSpent) => patient(model.ask({ ref: { project, id }, purpose: "evaluation", item }, onSpent)),
      };
    },
    setKey(run, apiKey) {
      if (apiKey !== undefined) return void keys.set(nameOf(run), apiKey);
      owned.get(nameOf(run))?.close();
      owned.delete(nameOf(run));
      keys.delete(nameOf(run));
    },
    close() {
      for (const model of [...owned.values(), ...(configured === undefined ? [] : [configured])]) model.close();
    },
  };
}

const nameOf = ({ project, id }: EvaluationRef): string => JSON.stringify([project, id]);

/** As the judge is asked, but that its budgets are not concerned. */
function withKey(config: LlmJudgeConfig = llmConfigSchema.parse({}), apiKey: string): LlmJudgeConfig {
  return { ...config, api_key: apiKey, daily_budget: {}, project_budget: {}, session_budget: {} };
}

const ownAccount = () => ({ judge: "own key", ledger: createMemoryLedger() });
