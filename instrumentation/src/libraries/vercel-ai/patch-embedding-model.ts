import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { observeResult } from "../../observe-result.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { observeModelCall } from "../observed-call.ts";
import { type BeginCall, ownerOf, patchMethod } from "../patch-method.ts";
import { allowedTracing } from "./call-settings.ts";
import { providerAttributes } from "./provider-of.ts";
import { countOf } from "./usage-attributes.ts";

/** Patches an embedding model as `patchModel` does a language model. What is embedded is not recorded: nobody said it. */
export function patchEmbeddingModel(model: unknown): boolean {
  return patchMethod(ownerOf(model, "doEmbed"), "doEmbed", begin, (result, call) =>
    observeResult(result, call.answered, call.fail),
  );
}

const begin: BeginCall = (tracing, self) => {
  const model = fieldsOf(self);
  const allowed = allowedTracing(tracing);
  const request = { model: textOf(model["modelId"]), attributes: providerAttributes(model), input: [] };
  return allowed && observeModelCall(allowed, { operation: "embeddings", ...request }, readEmbeddings);
};

function readEmbeddings(value: unknown): ModelAnswer {
  const { embeddings, usage } = fieldsOf(value);
  const attributes = withoutUndefined({
    [genAi.embeddingsDimensionCount]: listOf(listOf(embeddings)[0]).length || undefined,
    [genAi.usageInputTokens]: countOf(fieldsOf(usage)["tokens"]),
  });
  return { attributes, output: [] };
}
