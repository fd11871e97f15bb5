import { z } from "zod";
import { duration, endpoint } from "../component/config-schemas.ts";

const ids = z.array(z.string());

const pipeline = z
  .strictObject({ receivers: ids.default([]), processors: ids.default([]), exporters: ids.default([]) })
  .refine(({ receivers }) => receivers.length > 0, { error: "must have at least one receiver" })
  .refine(({ exporters }) => exporters.length > 0, { error: "must have at least one exporter" });

/** The `service` part: what runs, and how it hangs together. */
export const serviceSchema = z.strictObject({
  extensions: ids.default([]),
  telemetry: z.strictObject({ metrics: z.strictObject({ endpoint }).optional() }).default({}),
  pipelines: z
    .record(z.string(), pipeline)
    .default({})
    .refine((pipelines) => Object.keys(pipelines).length > 0, { error: "service must have at least one pipeline" }),
  sessions: z.strictObject({
    store: z.string(),
    judges: ids.default([]),
    idle_timeout: duration
      .prefault("30s")
      .refine((milliseconds) => milliseconds > 0, { error: "must be greater than zero" }),
  }),
  api: z.strictObject({ endpoint: endpoint.prefault("localhost:8000") }).prefault({}),
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
    sessions: z.object({ store: z.string().optional().catch(undefined), judges: readableIds }).catch({ judges: [] }),
  })
  .catch({ extensions: [], pipelines: {}, sessions: { judges: [] } });

export type ServiceReferences = z.infer<typeof serviceReferencesSchema>;

function empty() {
  return { receivers: [], processors: [], exporters: [] };
}
