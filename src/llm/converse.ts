import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { ZodType } from "zod";
import { JudgeError } from "../model/errors.ts";
import type { TokenUsage } from "../model/session.ts";
import type { Answer, AskedQuestion } from "./ask.ts";
import { toJsonSchema } from "./json-schema.ts";
import { findJsonObjects } from "./json-text.ts";
import type { CompletionMode, JsonRequest } from "./llm-client.ts";
import { sumUsage } from "./reply.ts";

export interface Conversation<Value> {
  readonly value: Value;
  readonly usage: TokenUsage | undefined;
  readonly model: string;
  readonly mode: CompletionMode;
  readonly raw: string;
}

const maxCorrections = 2;
const maxQuotedAnswerChars = 4_000;

/**
 * Asks until an answer fits: one that was cut off is asked for once more with twice the room, one that does not fit
 * twice more with the reason. A refusal ends it. Throws JudgeError.
 */
export async function converse<Value>(
  request: JsonRequest<Value>,
  ask: (question: AskedQuestion) => Promise<Answer>,
): Promise<Conversation<Value>> {
  const { schemaName } = request;
  const schema = toJsonSchema(request.schema);
  const opening: readonly ChatCompletionMessageParam[] = [{ role: "user", content: request.user }];
  const usages: (TokenUsage | undefined)[] = [];
  let messages = opening;
  let maxOutputTokens = request.maxOutputTokens;
  for (let corrections = 0; ;) {
    const { reply, mode, model } = await ask({ system: request.system, messages, maxOutputTokens, schemaName, schema });
    usages.push(reply.usage);
    if (reply.refusal !== undefined) throw fail("refused", "The model refused to answer");
    if (reply.finishReason === "content_filter")
      throw fail("content_filter", "The endpoint's content filter stopped the answer");
    if (reply.finishReason === "length") {
      if (maxOutputTokens > request.maxOutputTokens)
        throw fail("output_truncated", "The answer was cut off twice at the output limit");
      maxOutputTokens *= 2;
      continue;
    }
    const parsed = parseAnswer(reply.text, request.schema);
    if ("value" in parsed) return { value: parsed.value, usage: sumUsage(usages), model, mode, raw: reply.text };
    if (corrections++ === maxCorrections) {
      throw fail("invalid_answer", `The answer does not fit, after ${corrections} tries: ${parsed.problem}`);
    }
    messages = [...opening, ...correction(reply.text, parsed.problem)];
  }
}

type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** The last object in the text that fits the schema, or what is wrong with the last one. */
export function parseAnswer<Value>(text: string, schema: ZodType<Value>): Parsed<Value> {
  let problem: string | undefined;
  for (const candidate of findJsonObjects(text)) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return { value: parsed.data };
    problem ??= parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join(".")}: ${message}`)
      .join("; ");
  }
  return { problem: problem ?? "there is no JSON object in it" };
}

function correction(answer: string, problem: string): readonly ChatCompletionMessageParam[] {
  return [
    { role: "assistant", content: answer.slice(0, maxQuotedAnswerChars) || "(nothing)" },
    {
      role: "user",
      content: `That answer cannot be used: ${problem}. Answer again, with the complete JSON object only.`,
    },
  ];
}

function fail(code: string, message: string): JudgeError {
  return new JudgeError(code, message, { retryable: false });
}
