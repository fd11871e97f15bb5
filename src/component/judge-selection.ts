/** Which sessions a judge judges: a part of every judge's configuration that costs something. */
import { z } from "zod";

const oneOrMore = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema.transform((one) => [one]), z.array(schema).min(1)]);

const text = z.string().min(1);

/** All that are given must hold. */
const filter = z.strictObject({
  agent_name: oneOrMore(text).optional(),
  source: oneOrMore(z.enum(["otlp", "messages", "text", "voice", "stream"])).optional(),
  /** Every key has that value. */
  metadata: z.record(text, z.string()).optional(),
  min_turns: z.int().min(1).optional(),
  /** A judge before this one gave a turn, or the session as a whole, -1. */
  flagged_by: text.optional(),
});

/** Spread into a judge's `configSchema`. */
export const selectionFields = {
  /** The share of sessions that it judges: always the same ones, and more of them when it is raised. */
  sample: z.number().min(0).max(1).default(1),
  when: filter.prefault({}),
};

export type JudgeSelection = z.infer<z.ZodObject<typeof selectionFields>>;
