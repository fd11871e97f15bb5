import { typeOf } from "./check-judges.ts";
import { signalOf } from "./check-references.ts";
import type { ServiceConfig } from "./config.ts";
import type { ServicePart } from "./service-schema.ts";

/** The `service` part in the server's words. */
export function toServiceConfig({
  extensions,
  telemetry,
  pipelines,
  sessions,
  evaluation,
  api,
}: ServicePart): ServiceConfig {
  const metricsEndpoint = metricsEndpointOf(telemetry.metrics);
  return {
    extensions,
    logs: telemetry.logs,
    resource: telemetry.resource,
    ...(metricsEndpoint === undefined ? {} : { metricsEndpoint }),
    metricsPublic: telemetry.metrics?.public ?? false,
    pipelines: Object.entries(pipelines).flatMap(([id, pipeline]) => {
      const signal = signalOf(id);
      return signal === undefined ? [] : [{ id, signal, ...pipeline }];
    }),
    sessions: {
      store: sessions.store,
      judges: sessions.judges,
      evaluators: sessions.evaluators,
      judgementExporters: sessions.judgement_exporters,
      idleTimeoutMs: sessions.idle_timeout,
      maxDurationMs: sessions.max_duration,
      conversationKeys: sessions.conversation_keys,
      prices: sessions.prices,
      transcripts: sessions.transcripts,
    },
    evaluation: toEvaluationConfig(evaluation, sessions.judges),
    apiEndpoint: api.endpoint,
    ...(api.auth === undefined ? {} : { apiAuthenticator: api.auth.authenticator }),
  };
}

/** Without a word of which judge, the first one of the sessions' that asks a model. */
function toEvaluationConfig(part: ServicePart["evaluation"], judges: readonly string[]): ServiceConfig["evaluation"] {
  const judge = part.judge ?? judges.find((id) => typeOf(id) === "llm");
  return {
    ...(judge === undefined ? {} : { judge }),
    concurrency: part.concurrency,
    limits: {
      maxDatasetBytes: part.max_dataset_mib * 1024 * 1024,
      maxDatasetItems: part.max_dataset_items,
      requestsPerMinute: part.requests_per_minute,
      ...(part.evaluations_per_month === undefined ? {} : { evaluationsPerMonth: part.evaluations_per_month }),
      ...(part.tokens_per_month === undefined ? {} : { tokensPerMonth: part.tokens_per_month }),
    },
  };
}

/** With `metrics` and no word of where, the collector's own place. */
function metricsEndpointOf(metrics: ServicePart["telemetry"]["metrics"]) {
  if (metrics === undefined || metrics.level === "none") return undefined;
  if (metrics.readers === undefined) return metrics.endpoint ?? metrics.address ?? { host: "localhost", port: 8888 };
  const reader = metrics.readers.find((candidate) => "pull" in candidate);
  return reader?.pull.exporter.prometheus;
}
