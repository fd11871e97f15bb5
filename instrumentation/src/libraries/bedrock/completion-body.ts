import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { type Parameter, readParameters, texts } from "../parameters.ts";
import type { BodyFormat } from "./body-format.ts";

const parameters: readonly Parameter[] = [
  ["max_gen_len", genAi.requestMaxTokens, numberOf],
  ["max_tokens", genAi.requestMaxTokens, numberOf],
  ["maxTokenCount", genAi.requestMaxTokens, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["top_p", genAi.requestTopP, numberOf],
  ["topP", genAi.requestTopP, numberOf],
  ["top_k", genAi.requestTopK, numberOf],
  ["stop", genAi.requestStopSequences, texts],
  ["stopSequences", genAi.requestStopSequences, texts],
];

/** One prompt, one text: Meta's Llama, Mistral's first models, Amazon Titan. */
export const completionBody: BodyFormat = {
  operation: "text_completion",
  matches: (body) => promptOf(body) !== undefined,
  readRequest: (body) => ({
    attributes: readParameters(parameters, { ...body, ...fieldsOf(body["textGenerationConfig"]) }),
    input: [{ role: "user", parts: [{ type: "text", content: promptOf(body) ?? "" }] }],
  }),
  readAnswer: (body) => toAnswer(readPiece(body)),
  createStreamReader() {
    let whole: Piece = { text: "" };
    return {
      add(chunk) {
        const piece = readPiece(fieldsOf(chunk));
        whole = { ...whole, ...piece, text: whole.text + piece.text };
      },
      answer: () => toAnswer(whole),
      isComplete: () => whole.reason !== undefined,
    };
  },
};

const promptOf = (body: Fields): string | undefined => textOf(body["prompt"]) ?? textOf(body["inputText"]);

/** An answer, or one chunk of it: of the counts of chunks the last one is whole. */
interface Piece {
  readonly text: string;
  readonly reason?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** Llama's fields are the body's own, Mistral's an output's, Titan's a result's, but the body's own in a chunk. */
function readPiece(body: Fields): Piece {
  const [only] = [...listOf(body["outputs"]), ...listOf(body["results"])].map(fieldsOf);
  const fields = { ...body, ...only };
  const text = textOf(fields["generation"]) ?? textOf(fields["text"]) ?? textOf(fields["outputText"]);
  const reason = textOf(fields["stop_reason"]) ?? textOf(fields["completionReason"]);
  const inputTokens = numberOf(fields["prompt_token_count"]) ?? numberOf(fields["inputTextTokenCount"]);
  const outputTokens =
    numberOf(fields["generation_token_count"]) ??
    numberOf(fields["tokenCount"]) ??
    numberOf(fields["totalOutputTextTokenCount"]);
  return {
    text: text ?? "",
    ...(reason !== undefined && { reason }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
}

function toAnswer({ text, reason, inputTokens, outputTokens }: Piece): ModelAnswer {
  return {
    attributes: withoutUndefined({
      [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
      [genAi.usageInputTokens]: inputTokens,
      [genAi.usageOutputTokens]: outputTokens,
    }),
    output: [
      {
        role: "assistant",
        parts: [{ type: "text", content: text }],
        ...(reason !== undefined && { finish_reason: reason }),
      },
    ],
  };
}
