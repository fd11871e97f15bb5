import { z } from "zod";
import { authentication, duration, endpoint } from "../component/config-schemas.ts";

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
      }),
    }),
  }),
});

const metrics = z
  .strictObject({
    /** `none` shows nothing; the others show the same. */
    level: z.enum(["none", "basic", "normal", "detailed"]).default("normal"),
    endpoint: endpoint.optional(),
    public: z.boolean().default(false),
    readers: z.array(prometheusReader).max(1, { error: "may have one reader" }).optional(),
  })
  .refine((part) => part.endpoint === undefined || part.readers === undefined, {
    error: "has both an endpoint and readers, which say the same; keep one",
  });

const logs = z.strictObject({
  level: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["debug", "info", "warn", "error"]))
    .optional(),
  encoding: z.enum(["console", "json"]).optional(),
});

const telemetry = z.strictObject({
  logs: logs.prefault({}),
  metrics: metrics.optional(),
  /** What the server says of itself; a null takes a default away, as in the collector. */
  resource: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});

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
    judgement_exporters: ids.default([]),
    idle_timeout: duration
      .prefault("30s")
      .refine((milliseconds) => milliseconds > 0, { error: "must be greater than zero" }),
  }),
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
        judgement_exporters: readableIds,
      })
      .catch({ judges: [], judgement_exporters: [] }),
  })
  .catch({ extensions: [], pipelines: {}, sessions: { judges: [], judgement_exporters: [] } });

export type ServiceReferences = z.infer<typeof serviceReferencesSchema>;

function empty() {
  return { receivers: [], processors: [], exporters: [] };
}
