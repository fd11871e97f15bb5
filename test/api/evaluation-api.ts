/** The API with everything that evaluates, over real HTTP on a real store; the pipeline runs here, on the metrics that there are. */
import type { ZodType } from "zod";
import type { ApiOptions } from "../../src/api/api.ts";
import type { EvaluationLimits } from "../../src/component/evaluation-runner.ts";
import type { EvaluationRef } from "../../src/component/evaluations.ts";
import type { AskMetricModel } from "../../src/evaluation/item-metrics/item-metric.ts";
import { itemMetrics } from "../../src/evaluation/item-metrics/item-metrics.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { type RunPipeline, startRunPipeline } from "../../src/service/run-pipeline.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { type ApiServer, ask, type Ask, startApi } from "./api-server.ts";

/** A paid model: what it would answer to a prompt. */
export type Answer = (prompt: string) => unknown;

export interface EvaluationApiOptions {
  readonly limits?: Partial<EvaluationLimits>;
  /** Absent: no model is configured. */
  readonly answer?: Answer;
  /** Nothing is scored. */
  readonly isIdle?: true;
  readonly api?: Partial<ApiOptions>;
}

export interface EvaluationApi extends ApiServer {
  /** What the runner was told of. */
  readonly woken: readonly { readonly run: EvaluationRef; readonly apiKey?: string }[];
  /** What is answered with a 200, as the schema has it. */
  get<Body>(path: string, schema: ZodType<Body>, headers?: Ask["headers"]): Promise<Body>;
  post<Body>(path: string, body: unknown, schema: ZodType<Body>, headers?: Ask["headers"]): Promise<Body>;
}

const plenty: EvaluationLimits = { maxDatasetBytes: 2 ** 28, maxDatasetItems: 100_000, requestsPerMinute: 10_000 };

export async function startEvaluationApi(options: EvaluationApiOptions = {}): Promise<EvaluationApi> {
  const { limits = {}, answer, isIdle, api: given = {} } = options;
  const woken: { run: EvaluationRef; apiKey?: string }[] = [];
  let pipeline: RunPipeline | undefined;
  const api = await startApi(async ({ store, logger }) => {
    if (isIdle === undefined)
      pipeline = startRunPipeline({
        store: store.evaluations,
        metrics: itemMetrics,
        modelOf: async () => answer && { maxInputTokens: 10_000, isOwnKey: false, ask: () => asking(answer) },
        concurrency: 4,
        logger,
        telemetry: createTelemetry(),
      });
    const evaluation = {
      limits: { ...plenty, ...limits },
      ...(answer && { model: "scripted" }),
      waitingOf: () => undefined,
      wake(run: EvaluationRef, apiKey?: string) {
        woken.push({ run, ...(apiKey === undefined ? {} : { apiKey }) });
        pipeline?.wake();
      },
    };
    return { evaluation, ...given };
  });
  const read = async <Body>(path: string, schema: ZodType<Body>, call: Ask): Promise<Body> => {
    const { status, text } = await ask(api, path, call);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
    return schema.parse(JSON.parse(text));
  };
  return {
    ...api,
    woken,
    get: (path, schema, headers) => read(path, schema, { headers }),
    post: (path, body, schema, headers) => read(path, schema, { method: "POST", body, headers }),
    async close() {
      await pipeline?.stop();
      await api.close();
    },
  };
}

function asking(answer: Answer): AskMetricModel {
  return async ({ user, schema }) => {
    const parsed = schema.safeParse(answer(user));
    if (parsed.success) return { value: parsed.data };
    throw new JudgeError("invalid_answer", "it did not answer as asked", { retryable: false });
  };
}
