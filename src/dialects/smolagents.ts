/** smolagents, through OpenInference: the run's output is what the user got, and not the model's last words, which are code. */
import type { Dialect } from "./dialect.ts";
import { openInferenceRules } from "./openinference.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

const rules: DialectRules = {
  ...openInferenceRules,
  name: "smolagents",
  wrapperKeys: { ...openInferenceRules.wrapperKeys, answer: ["output.value"] },
};

export const smolagents: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has("smolagents.max_steps") && attributes.has("openinference.span.kind"),
  read: (span, context) => readOperation(span, context, rules),
};
