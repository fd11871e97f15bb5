/** Changes attributes of spans and log records. Source: contrib `attributesprocessor`. */
import { z } from "zod";
import type { ProcessorFactory } from "../component/processor.ts";
import { actionSchema } from "./attributes/action-schema.ts";
import { createAttributeActions } from "./attributes/attribute-actions.ts";
import { createRecordMatch } from "./attributes/match-records.ts";
import { matchSchema } from "./attributes/match-schema.ts";
import { changeRecords, withMembers } from "./change-records.ts";

const configSchema = z.strictObject({
  actions: z.array(actionSchema).min(1, "needs at least one action"),
  include: matchSchema.optional(),
  exclude: matchSchema.optional(),
});

export type AttributesConfig = z.infer<typeof configSchema>;

export const attributes: ProcessorFactory<AttributesConfig> = {
  type: "attributes",
  description: "Inserts, updates, removes, hashes, extracts or converts attributes of spans and log records.",
  configSchema,
  create({ actions, include, exclude }) {
    const change = createAttributeActions(actions);
    const isFor = createRecordMatch(include, exclude);
    return {
      process: (batch, context) =>
        changeRecords(batch, {
          span: (span) =>
            isFor.span(span) ? withMembers(span, { attributes: change(span.attributes, context) }) : span,
          logRecord: (record) =>
            isFor.logRecord(record) ? withMembers(record, { attributes: change(record.attributes, context) }) : record,
        }),
    };
  },
};
