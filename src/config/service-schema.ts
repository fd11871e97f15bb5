import { z } from "zod";
import { authentication, duration, endpoint, noticed, withoutEffect } from "../component/config-schemas.ts";
import { priceSchema } from "../cost/price-table.ts";
import { evaluationSchema } from "./evaluation-schema.ts";
import { transcriptsSchema } from "./transcripts-schema.ts";

const ids = z.array(z.string());

const pipeline = z
  .strictObject({ receivers: ids.default([]), processors: ids.default([]), exporters: ids.default([]) })
  .refine(({ receivers }) => receivers.length > 0, { error: "must have at least one receiver" })
  .refine(({ exporters }) => exporters.length > 0, { error: "must have at least one exporter" });

/** Where the collector's own numbers are read, as it writes it itself; the names are always written the collector's way. */
const prometheusReader = z.strictObject({
  pull: z.strictObject({
    exporter: z.strictObject({
      prometheus: z.strictObject({
        host: z.string().min(1).default("localhost"),
        port: z.int().min(0).max(65_535).default(8888),
        without_scope_info: z.literal(true).optional(),
        without_type_suffix: z.literal(true).optional(),
        without_units: z.literal(true).optional(),
        with_resource_constant_labels: withoutEffect("the resource is in the log only"),
      }),
    }),
  }),
});

const periodicReader = noticed(
  z.strictObject({ periodic: z.unknown() }),
  "has no effect: the numbers are shown where they are asked for, and not sent",
);

/** What the collector called it before there were readers; `:8888` is every address there. */
const address = noticed(
  z.preprocess((text) => (typeof text === "string" && text.startsWith(":") ? `localhost${text}` : text), endpoint),
  "is taken as the endpoint, and without a host as localhost",
);

const metrics = z
  .strictObject({
    /** `none` shows nothing; the others show the same. */
    level: z.enum(["none", "basic", "normal", "detailed"]).default("normal"),
    endpoint: endpoint.optional(),
    public: z.boolean().default(false),
    readers: z.array(z.union([prometheusReader, periodicReader])).optional(),
    address: address.optional(),
    views: withoutEffect("all numbers are shown"),
  })
  .refine(({ readers = [] }) => readers.filter((reader) => "pull" in reader).length <= 1, {
    error: "may have one reader that pulls",
    path: ["readers"],
  })
  .refine((part) => [part.endpoint, part.readers, part.address].filter((given) => given !== undefined).length <= 1, {
    error: "has more than one of endpoint, readers and address, which say the same; keep one",
  });

const toStderr = withoutEffect("the log goes to stderr");
const ofZap = withoutEffect("it is of the collector's own logger");
const sentNowhere = withoutEffect("what the server tells of itself is not sent");

const logs = z.strictObject({
  level: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["debug", "info", "warn", "error"]))
    .optional(),
  encoding: z.enum(["console", "json"]).optional(),
  output_paths: toStderr,
  error_output_paths: toStderr,
  development: ofZap,
  disable_caller: ofZap,
  disable_stacktrace: ofZap,
  sampling: withoutEffect("lines that repeat are counted where they arise"),
  initial_fields: withoutEffect("the resource is what every line may have"),
  processors: sentNowhere,
});

const attributeValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What the server says of itself, as a map or as the list that declarative configuration has; a null takes a default away. */
const resource = z
  .object({ attributes: z.array(z.object({ name: z.string(), value: attributeValue })).default([]) })
  .catchall(attributeValue)
  .transform(({ attributes, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
  }));

const telemetry = z.strictObject({
  logs: logs.prefault({}),
  metrics: metrics.optional(),
  resource: resource.prefault({}),
  traces: sentNowhere,
});

/** What models cost, asked before the packaged list prices: `models` first, then the `file`. */
const prices = z
  .strictObject({ file: z.string().min(1).optional(), models: z.array(priceSchema).default([]) })
  .prefault({});

/** The `service` part: what runs, and how it hangs together. */
export const serviceSchema = z.strictObject({
  extensions: ids.default([]),
  telemetry: telemetry.prefault({}),
  pipelines: z
    .record(z.string(), pipeline)
    .default({})
    .refine((pipelines) => Object.keys(pipelines).length > 0, { error: "service must have at least one pipeline" }),
  sessions: z.strictObject({
    store: z.string(),
    judges: ids.default([]),
    evaluators: ids.default([]),
    judgement_exporters: ids.default([]),
    idle_timeout: duration
      .prefault("30s")
      .refine((milliseconds) => milliseconds > 0, { error: "must be greater than zero" }),
    max_duration: duration
      .prefault("10m")
      .refine((milliseconds) => milliseconds > 0, { error: "must be greater than zero" }),
    conversation_keys: z.array(z.string().min(1)).default([]),
    prices,
    transcripts: transcriptsSchema,
  }),
  evaluation: evaluationSchema,
  api: z.strictObject({ endpoint: endpoint.prefault("localhost:8000"), auth: authentication.optional() }).prefault({}),
});

export type ServicePart = z.infer<typeof serviceSchema>;

const readableIds = ids.catch([]);

/** What the `service` part names, read past everything that is wrong with it, so that one run reports all problems. */
export const serviceReferencesSchema = z
  .object({
    extensions: readableIds,
    pipelines: z
      .record(
        z.string(),
        z.object({ receivers: readableIds, processors: readableIds, exporters: readableIds }).catch(empty),
      )
      .catch({}),
    sessions: z
      .object({
        store: z.string().optional().catch(undefined),
        judges: readableIds,
        evaluators: readableIds,
        judgement_exporters: readableIds,
      })
      .catch({ judges: [], evaluators: [], judgement_exporters: [] }),
    evaluation: z.object({ judge: z.string().optional().catch(undefined) }).catch({}),
  })
  .catch({
    extensions: [],
    pipelines: {},
    sessions: { judges: [], evaluators: [], judgement_exporters: [] },
    evaluation: {},
  });

export type ServiceReferences = z.infer<typeof serviceReferencesSchema>;

function empty() {
  return { receivers: [], processors: [], exporters: [] };
}
