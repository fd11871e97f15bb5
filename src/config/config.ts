/** What otel-config.yaml says, checked: every reference names something configured, every component's own part is parsed. */
import type { Endpoint } from "../component/config-schemas.ts";
import type { EvaluationLimits } from "../component/evaluation-runner.ts";
import type { EvaluatorFactory } from "../component/evaluator.ts";
import type { ExporterFactory } from "../component/exporter.ts";
import type { ExtensionFactory } from "../component/extension.ts";
import type { JudgeFactory } from "../component/judge.ts";
import type { ProcessorFactory } from "../component/processor.ts";
import type { ReceiverFactory } from "../component/receiver.ts";
import type { StoreFactory } from "../component/store.ts";
import type { ModelPrice } from "../cost/price-table.ts";
import type { Signal } from "../model/signal-batch.ts";
import { isMap } from "./is-map.ts";
import type { TranscriptsConfig } from "./transcripts-schema.ts";

/** Every component type that a configuration may name, by kind. `components.ts` is the list of the server's own. */
export interface Components {
  readonly receivers: readonly ReceiverFactory<unknown>[];
  readonly processors: readonly ProcessorFactory<unknown>[];
  readonly exporters: readonly ExporterFactory<unknown>[];
  readonly extensions: readonly ExtensionFactory<unknown>[];
  readonly stores: readonly StoreFactory<unknown>[];
  readonly judges: readonly JudgeFactory<unknown>[];
  readonly evaluators: readonly EvaluatorFactory<unknown>[];
}

export const componentKinds = [
  "receivers",
  "processors",
  "exporters",
  "extensions",
  "stores",
  "judges",
  "evaluators",
] as const;
export type ComponentKind = (typeof componentKinds)[number];

/** One configured component. `config` is what the type's schema made of its part; it can be sent to another thread. */
export interface ComponentConfig {
  /** `type` or `type/name`; of stores and evaluators any name. */
  readonly id: string;
  readonly type: string;
  readonly config: unknown;
}

export interface PipelineConfig {
  /** `traces`, `logs`, `metrics`, or one of them with a name: `traces/agents`. */
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface ServiceConfig {
  readonly extensions: readonly string[];
  /** How the server logs; what is absent is chosen by where the log goes. */
  readonly logs: { readonly level?: LogLevel | undefined; readonly encoding?: "console" | "json" | undefined };
  /** What the server says of itself beside its numbers and log lines. */
  readonly resource: Readonly<Record<string, string | number | boolean | null>>;
  /** Where the server shows its own numbers; absent: nowhere. */
  readonly metricsEndpoint?: Endpoint;
  /** The numbers may be shown to other machines. */
  readonly metricsPublic: boolean;
  readonly pipelines: readonly PipelineConfig[];
  readonly sessions: {
    readonly store: string;
    /** In order of rank: the last one that judged is shown. */
    readonly judges: readonly string[];
    /** Score sessions when the judges have judged them. */
    readonly evaluators: readonly string[];
    /** Where judgements are sent beside being stored. */
    readonly judgementExporters: readonly string[];
    readonly idleTimeoutMs: number;
    /** A session that never goes quiet is built and judged this long after it changed. */
    readonly maxDurationMs: number;
    /** Attribute keys that name a conversation, asked before those that all know. */
    readonly conversationKeys: readonly string[];
    /** What models cost, before the packaged list prices: those written in the configuration, then those of a file. */
    readonly prices: { readonly models: readonly ModelPrice[]; readonly file?: string | undefined };
    /** How texts and recordings become messages. */
    readonly transcripts: TranscriptsConfig;
  };
  /** How runs are scored. */
  readonly evaluation: {
    /** The judge of type `llm` whose model metrics ask. Absent: there is none. */
    readonly judge?: string;
    /** Items of one run that are in work at the same time, where metrics ask a model. */
    readonly concurrency: number;
    readonly limits: EvaluationLimits;
  };
  readonly apiEndpoint: Endpoint;
  /** The extension that knows the API's callers; absent: nobody is asked. */
  readonly apiAuthenticator?: string;
}

/** The configured components of each kind by id, and what the service does with them. */
export interface Config extends Readonly<Record<ComponentKind, ReadonlyMap<string, ComponentConfig>>> {
  readonly service: ServiceConfig;
}

/** The store that a component writes into, or queues in: named by the key `store`, its own or that of its `sending_queue`. */
export function storeNamedBy({ config }: ComponentConfig): string | undefined {
  return storeIn(config) ?? (isMap(config) ? storeIn(config["sending_queue"]) : undefined);
}

function storeIn(config: unknown): string | undefined {
  return isMap(config) && typeof config["store"] === "string" ? config["store"] : undefined;
}
