import { JudgeError } from "../model/errors.ts";
import type { TokenUsage } from "../model/session.ts";
import type { Answer, AskedQuestion } from "./ask.ts";
import type { TextRequest } from "./llm-client.ts";
import type { ModeMemory } from "./mode-memory.ts";

export interface Text {
  readonly text: string;
  readonly usage: TokenUsage | undefined;
  readonly model: string;
}

/** One question that is answered with text, whatever the text is. Throws JudgeError for a refusal and for half an answer. */
export async function converseText(
  { system = "", user, model, temperature, schema, maxOutputTokens }: TextRequest,
  ask: (question: AskedQuestion) => Promise<Answer>,
  modes: ModeMemory,
): Promise<Text> {
  const known = modes.known();
  const answer = await ask({
    system,
    messages: [{ role: "user", content: user }],
    model,
    temperature,
    maxOutputTokens,
    schemaName: "answer",
    ...(schema === undefined ? {} : { schema }),
    capabilities: schema === undefined ? { ...known, mode: "text" } : known,
  });
  const { text, refusal, finishReason, usage } = answer.reply;
  if (refusal !== undefined) throw fail("refused", "The model refused to answer");
  if (finishReason === "content_filter")
    throw fail("content_filter", "The endpoint's content filter stopped the answer");
  if (finishReason === "length") throw fail("output_truncated", "The answer was cut off at the output limit");
  return { text, usage, model: answer.model };
}

function fail(code: string, message: string): JudgeError {
  return new JudgeError(code, message, { retryable: false });
}
