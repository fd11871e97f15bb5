/** THE list: every component type that otel-config.yaml may name. To add one, write its file and name it here. */
import type { Components } from "./config/config.ts";
import { evaluators } from "./evaluators/evaluators.ts";
import { debugExporter } from "./exporters/debug.ts";
import { fileExporter } from "./exporters/file.ts";
import { otlpGrpcExporter } from "./exporters/otlp-grpc.ts";
import { otlpHttpExporter } from "./exporters/otlp-http.ts";
import { storeExporter } from "./exporters/store.ts";
import { accounts } from "./extensions/accounts.ts";
import { bearerTokenAuth } from "./extensions/bearer-token-auth.ts";
import { healthCheck } from "./extensions/health-check.ts";
import { judges } from "./judges/judges.ts";
import { attributes } from "./processors/attributes.ts";
import { filter } from "./processors/filter.ts";
import { limits } from "./processors/limits.ts";
import { memoryLimiter } from "./processors/memory-limiter.ts";
import { redaction } from "./processors/redaction.ts";
import { resource } from "./processors/resource.ts";
import { otlpJsonFileReceiver } from "./receivers/otlp-json-file/otlp-json-file-receiver.ts";
import { otlpReceiver } from "./receivers/otlp/otlp-receiver.ts";
import { sqliteStore } from "./stores/sqlite.ts";

export const components: Components = {
  receivers: [otlpReceiver, otlpJsonFileReceiver],
  processors: [memoryLimiter, limits, attributes, resource, redaction, filter],
  exporters: [storeExporter, otlpHttpExporter, otlpGrpcExporter, fileExporter, debugExporter],
  extensions: [healthCheck, accounts, bearerTokenAuth],
  stores: [sqliteStore],
  judges,
  evaluators,
};
