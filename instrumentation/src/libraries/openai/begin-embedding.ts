import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, member, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { observeModelCall } from "../observed-call.ts";
import type { Begin } from "../stainless/patch-create.ts";
import { providerAttributes } from "./provider-of.ts";

/** Begins a model call from the body of `embeddings.create`. Neither the texts nor their vectors are recorded. */
export const beginEmbedding: Begin = (tracing, client, body) =>
  observeModelCall(
    tracing,
    { operation: "embeddings", model: textOf(body["model"]), attributes: providerAttributes(client), input: [] },
    readEmbeddings,
  );

function readEmbeddings(value: unknown): ModelAnswer {
  const { data, model, usage } = fieldsOf(value);
  const vector = fieldsOf(listOf(data)[0])["embedding"];
  return {
    attributes: withoutUndefined({
      [genAi.responseModel]: textOf(model),
      [genAi.usageInputTokens]: numberOf(fieldsOf(usage)["prompt_tokens"]),
      // Whoever asks for base64 gets a text, whose length is another.
      [genAi.embeddingsDimensionCount]: numberOf(member(vector, "length")),
    }),
    output: [],
  };
}
