import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, member, numberOf, parsedOrText, textOf } from "../../json.ts";
import type { Tracing } from "../../tracing.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { type ObservedCall, observeModelCall, type StreamReader } from "../observed-call.ts";
import type { BodyFormat } from "./body-format.ts";
import { bodyFormats } from "./body-formats.ts";
import { commandAttributes } from "./command-attributes.ts";
import { usageAttributes } from "./usage-attributes.ts";

/** Begins a model call from the input of `InvokeModel`, whose body each maker of models has a format of its own for. */
export function beginInvocation(tracing: Tracing, input: Fields, streamed: boolean): ObservedCall {
  const model = textOf(input["modelId"]);
  const body = parseBody(input["body"]);
  const format = isEmbedding(model) ? vectors : (bodyFormats.find(({ matches }) => matches(body)) ?? unknownFormat);
  const request = format.readRequest(body);
  const attributes = { ...commandAttributes(input, streamed), ...request.attributes };
  return observeModelCall(
    tracing,
    { ...request, model, attributes, operation: format.operation },
    (output) => format.readAnswer(parseBody(member(output, "body"))),
    createChunkReader(format),
  );
}

/** Amazon's and Cohere's models for it, whose requests may look like others. */
const isEmbedding = (model: string | undefined): boolean => model?.includes("embed") ?? false;

/** Images and formats to come: that the model was asked. */
const unknownFormat: BodyFormat = {
  operation: "generate_content",
  matches: () => true,
  readRequest: () => ({ attributes: {}, input: [] }),
  readAnswer: () => ({ attributes: {}, output: [] }),
  createStreamReader: () => ({
    add: () => undefined,
    answer: () => ({ attributes: {}, output: [] }),
    isComplete: () => false,
  }),
};

/** What becomes a vector is a document, not part of a conversation. */
const vectors: BodyFormat = {
  ...unknownFormat,
  operation: "embeddings",
  readAnswer: ({ inputTextTokenCount }) => ({
    attributes: withoutUndefined({ [genAi.usageInputTokens]: numberOf(inputTextTokenCount) }),
    output: [],
  }),
};

/** Reads the chunks of a stream, JSON in the model's own format. The last one also counts the tokens, for any model. */
function createChunkReader(format: BodyFormat): StreamReader {
  const reader = format.createStreamReader();
  let metrics: unknown;
  return {
    add(value) {
      const chunk = parseBody(member(member(value, "chunk"), "bytes"));
      metrics = chunk["amazon-bedrock-invocationMetrics"] ?? metrics;
      reader.add(chunk);
    },
    answer() {
      const { attributes, ...answer } = reader.answer();
      return { ...answer, attributes: { ...usageAttributes(metrics), ...attributes } };
    },
    isComplete: () => metrics !== undefined || reader.isComplete(),
  };
}

const utf8 = new TextDecoder();

/** A body is JSON, as a text or as bytes; anything else has no fields. */
function parseBody(body: unknown): Fields {
  const text = body instanceof Uint8Array ? utf8.decode(body) : textOf(body);
  return text === undefined ? {} : fieldsOf(parsedOrText(text));
}
