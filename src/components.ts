/** THE list: every component type that otel-config.yaml may name. To add one, write its file and name it here. */
import type { Components } from "./config/config.ts";
import { debugExporter } from "./exporters/debug.ts";
import { storeExporter } from "./exporters/store.ts";
import { healthCheck } from "./extensions/health-check.ts";
import { llmJudge } from "./judges/llm.ts";
import { rulesJudge } from "./judges/rules.ts";
import { memoryLimiter } from "./processors/memory-limiter.ts";
import { otlpReceiver } from "./receivers/otlp/otlp-receiver.ts";
import { sqliteStore } from "./stores/sqlite.ts";

export const components: Components = {
  receivers: [otlpReceiver],
  processors: [memoryLimiter],
  exporters: [storeExporter, debugExporter],
  extensions: [healthCheck],
  stores: [sqliteStore],
  judges: [rulesJudge, llmJudge],
};
