import { z } from "zod";
import type { MetricQuestion } from "./item-metric.ts";

const schema = z.object({ ready: z.boolean() });

/**
 * Something that every model that works can answer, to tell a question that it fails at from one that fails altogether.
 * @param at makes it another question than those before: an answer that is remembered would say nothing.
 */
export const probeQuestion = (at: number): MetricQuestion<z.infer<typeof schema>> => ({
  system: "You are asked whether you are ready. Say that you are.",
  user: `Question ${at}: are you ready?`,
  schema,
  schemaName: "probe",
  maxOutputTokens: 1_024,
  version: "1",
  nonce: "there is none",
});
