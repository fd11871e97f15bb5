/** Changes attributes of resources. Source: contrib `resourceprocessor`. */
import { z } from "zod";
import type { ProcessorFactory } from "../component/processor.ts";
import type { Resource } from "../model/span.ts";
import { actionSchema } from "./attributes/action-schema.ts";
import { createAttributeActions } from "./attributes/attribute-actions.ts";
import { changeOnce, changeRecords, withMembers } from "./change-records.ts";

const configSchema = z.strictObject({
  /** Actions; the collector's name for them here. */
  attributes: z.array(actionSchema).min(1, "needs at least one action"),
});

export type ResourceConfig = z.infer<typeof configSchema>;

export const resource: ProcessorFactory<ResourceConfig> = {
  type: "resource",
  description: "Inserts, updates, removes, hashes, extracts or converts attributes of resources.",
  configSchema,
  create(config) {
    const change = createAttributeActions(config.attributes);
    return {
      process(batch, context) {
        const resourceOf = changeOnce((before: Resource) =>
          withMembers(before, { attributes: change(before.attributes, context) }),
        );
        return changeRecords(batch, {
          span: (span) => withMembers(span, { resource: resourceOf(span.resource) }),
          logRecord: (record) => withMembers(record, { resource: resourceOf(record.resource) }),
        });
      },
    };
  },
};
