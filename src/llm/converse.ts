import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { ZodError, ZodType } from "zod";
import { JudgeError } from "../model/errors.ts";
import type { TokenUsage } from "../model/session.ts";
import type { Answer, AskedQuestion } from "./ask.ts";
import { toJsonSchema, type JsonSchema } from "./json-schema.ts";
import { findJsonObjects } from "./json-text.ts";
import type { JsonRequest } from "./llm-client.ts";
import type { ModeMemory } from "./mode-memory.ts";
import { inWords, withNextMode, type CompletionMode } from "./modes.ts";
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
 * Asks until an answer fits: one that was cut off is asked for once more with twice the room, one that does not fit twice more
 * with the reason. A refusal ends it. As long as nothing has shown that the endpoint goes by the schema, an answer of another
 * shape is a sign that it does not: it is asked for again in the next mode, and in words. Throws JudgeError.
 */
export async function converse<Value>(
  request: JsonRequest<Value>,
  ask: (question: AskedQuestion) => Promise<Answer>,
  modes: ModeMemory,
): Promise<Conversation<Value>> {
  const { schemaName, system } = request;
  const schema = toJsonSchema(request.schema);
  const opening: readonly ChatCompletionMessageParam[] = [{ role: "user", content: request.user }];
  const usages: (TokenUsage | undefined)[] = [];
  let messages = opening;
  let maxOutputTokens = request.maxOutputTokens;
  let asWith = modes.known();
  let isTold = false;
  for (let corrections = 0; ;) {
    const isWidened = maxOutputTokens > request.maxOutputTokens;
    const question = { system, messages, maxOutputTokens, schemaName, schema, capabilities: asWith };
    const { reply, capabilities, model } = await ask(question).catch((error: unknown) => {
      throw isWidened && isBadRequest(error) ? cutOff("no more room is allowed", error) : error;
    });
    usages.push(reply.usage);
    asWith = capabilities;
    if (reply.refusal !== undefined) throw fail("refused", "The model refused to answer");
    if (reply.finishReason === "content_filter")
      throw fail("content_filter", "The endpoint's content filter stopped the answer");
    if (reply.finishReason === "length") {
      if (isWidened) throw cutOff("with twice the room it was so again");
      maxOutputTokens *= 2;
      continue;
    }
    const parsed = parseAnswer(reply.text, request.schema);
    if ("value" in parsed) {
      const { mode } = capabilities;
      if (isTold) modes.mayWork(capabilities);
      else modes.worked(capabilities);
      return { value: parsed.value, usage: sumUsage(usages), model, mode, raw: reply.text };
    }
    if (corrections++ === maxCorrections) {
      throw fail("invalid_answer", `The answer does not fit, after ${corrections} tries: ${parsed.problem}`);
    }
    messages = [...opening, ...correction(reply.text, parsed, schema)];
    if (!parsed.hasOtherShape) continue;
    if (!modes.isProven()) asWith = withNextMode(capabilities) ?? capabilities;
    isTold = true;
  }
}

interface Misfit {
  readonly problem: string;
  /** Not even the JSON schema holds, which whoever goes by it makes sure of; else only what is asked beyond it. */
  readonly hasOtherShape: boolean;
}

type Parsed<Value> = { readonly value: Value } | Misfit;

/** The last object in the text that fits the schema, or what is wrong with the last one. */
export function parseAnswer<Value>(text: string, schema: ZodType<Value>): Parsed<Value> {
  let misfit: Misfit | undefined;
  for (const candidate of findJsonObjects(text)) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return { value: parsed.data };
    misfit ??= toMisfit(parsed.error.issues);
  }
  return misfit ?? { problem: "there is no JSON object in it", hasOtherShape: true };
}

function toMisfit(issues: ZodError["issues"]): Misfit {
  const shown = issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`);
  return { problem: shown.join("; "), hasOtherShape: issues.some(({ code }) => code !== "custom") };
}

function correction(
  answer: string,
  { problem, hasOtherShape }: Misfit,
  schema: JsonSchema,
): readonly ChatCompletionMessageParam[] {
  const how = hasOtherShape ? inWords(schema) : "Answer again, with the complete JSON object only.";
  return [
    { role: "assistant", content: answer.slice(0, maxQuotedAnswerChars) || "(nothing)" },
    { role: "user", content: `That answer cannot be used: ${problem}. ${how}` },
  ];
}

function isBadRequest(error: unknown): boolean {
  return error instanceof JudgeError && error.code === "bad_request";
}

function cutOff(how: string, cause?: unknown): JudgeError {
  const message = `The answer was cut off at the output limit, and ${how}`;
  return new JudgeError("output_truncated", message, { retryable: false, cause });
}

function fail(code: string, message: string): JudgeError {
  return new JudgeError(code, message, { retryable: false });
}
