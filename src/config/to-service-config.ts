import { signalOf } from "./check-references.ts";
import type { ServiceConfig } from "./config.ts";
import type { ServicePart } from "./service-schema.ts";

/** The `service` part in the server's words. */
export function toServiceConfig({ extensions, telemetry, pipelines, sessions, api }: ServicePart): ServiceConfig {
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
      judgementExporters: sessions.judgement_exporters,
      idleTimeoutMs: sessions.idle_timeout,
      maxDurationMs: sessions.max_duration,
      conversationKeys: sessions.conversation_keys,
      prices: sessions.prices,
      transcripts: sessions.transcripts,
    },
    apiEndpoint: api.endpoint,
    ...(api.auth === undefined ? {} : { apiAuthenticator: api.auth.authenticator }),
  };
}

/** With `metrics` and no word of where, the collector's own place. */
function metricsEndpointOf(metrics: ServicePart["telemetry"]["metrics"]) {
  if (metrics === undefined || metrics.level === "none") return undefined;
  if (metrics.readers === undefined) return metrics.endpoint ?? metrics.address ?? { host: "localhost", port: 8888 };
  const reader = metrics.readers.find((candidate) => "pull" in candidate);
  return reader?.pull.exporter.prometheus;
}
