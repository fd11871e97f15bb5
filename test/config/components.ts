/** Components that only have a configuration: what reading otel-config.yaml needs, without what runs. */
import { z } from "zod";
import { duration, endpoint, secret } from "../../src/component/config-schemas.ts";
import type { Components } from "../../src/config/config.ts";

const http = z.preprocess((part) => part ?? {}, z.strictObject({ endpoint: endpoint.prefault("localhost:4318") }));

const schemas = {
  receivers: { otlp: z.strictObject({ protocols: z.strictObject({ http: http.optional() }) }) },
  processors: {
    limiter: z.strictObject({ check_interval: duration, limit_mib: z.int().min(1).max(9000).default(100) }),
  },
  exporters: {
    store: z.strictObject({ store: z.string().default("default") }),
    debug: z.strictObject({ verbosity: z.enum(["basic", "detailed"]).default("basic") }),
  },
  extensions: { health_check: z.strictObject({ endpoint: endpoint.prefault("localhost:13133") }) },
  stores: { sqlite: z.strictObject({ url: z.string().default("sqlite"), data_dir: z.string().min(1) }) },
  judges: {
    rules: z.strictObject({ max_steps: z.int().default(30), disable: z.array(z.string()).default([]) }),
    llm: z.strictObject({ api_key: secret, temperature: z.number().optional(), stream: z.boolean().default(false) }),
  },
  evaluators: {
    standard: z.strictObject({
      metrics: z.array(z.string()).default([]),
      when: z.strictObject({ flagged_by: z.string() }).optional(),
    }),
  },
};

function factoriesOf(kind: keyof typeof schemas) {
  return Object.entries<z.ZodType>(schemas[kind]).map(([type, configSchema]) => ({
    type,
    description: "",
    configSchema,
    create: () => {
      throw new Error("only read here");
    },
  }));
}

export const components: Components = {
  receivers: factoriesOf("receivers"),
  processors: factoriesOf("processors"),
  exporters: factoriesOf("exporters"),
  extensions: factoriesOf("extensions"),
  stores: factoriesOf("stores"),
  judges: factoriesOf("judges"),
  evaluators: factoriesOf("evaluators"),
};

export const goodConfig = `
receivers:
  otlp: { protocols: { http: { endpoint: "localhost:0" } } }
processors:
  limiter: { check_interval: 1s }
exporters:
  store:
extensions:
  health_check:
stores:
  default: { data_dir: ./data }
judges:
  rules: {}
service:
  extensions: [health_check]
  pipelines:
    traces: { receivers: [otlp], processors: [limiter], exporters: [store] }
  sessions: { store: default, judges: [rules] }
`;
