import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { observeModelCall } from "../observed-call.ts";
import { type Parameter, readParameters } from "../parameters.ts";
import type { BeginCall } from "../patch-method.ts";
import { serviceAttributes } from "./request-attributes.ts";

const parameters: readonly Parameter[] = [["outputDimensionality", genAi.embeddingsDimensionCount, numberOf]];

/** Begins a call of an embedding model. What is embedded is not recorded: it is nothing that was said. */
export const beginEmbedContent: BeginCall = (tracing, models, [value]) => {
  const { model, config } = fieldsOf(value);
  const attributes = { ...serviceAttributes(fieldsOf(models)), ...readParameters(parameters, fieldsOf(config)) };
  return observeModelCall(
    tracing,
    { operation: "embeddings", model: textOf(model), attributes, input: [] },
    readEmbedContent,
  );
};

/** Only Vertex AI counts tokens. */
function readEmbedContent(answer: unknown): ModelAnswer {
  const counts = listOf(fieldsOf(answer)["embeddings"]).flatMap(
    (embedding) => numberOf(fieldsOf(fieldsOf(embedding)["statistics"])["tokenCount"]) ?? [],
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { attributes: counts.length === 0 ? {} : { [genAi.usageInputTokens]: total }, output: [] };
}
