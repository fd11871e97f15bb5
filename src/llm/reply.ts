/** Reads what an endpoint answered, trusting nothing about its shape. */
import { z } from "zod";
import type { TokenUsage } from "../model/session.ts";
import { UnexpectedReplyError } from "./failure.ts";

export interface Reply {
  /** The answer's text, or the arguments of the tool call that carries it. */
  readonly text: string;
  readonly refusal?: string;
  /** `stop`, `length`, `content_filter`… */
  readonly finishReason?: string;
  readonly model?: string;
  /** Absent when the endpoint does not count. */
  readonly usage?: TokenUsage;
}

const count = z.int().nonnegative();
/** Text, or parts of which some are: so answer endpoints whose models think aloud in parts of another type. */
const contentSchema = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().nullish() }))]);
const argumentsSchema = z.union([z.string(), z.record(z.string(), z.unknown())]);
const replySchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: contentSchema.nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(z.object({ function: z.object({ arguments: argumentsSchema }) })).nullish(),
        }),
      }),
    )
    .min(1),
});
const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});

export function readReply(body: unknown): Reply {
  const parsed = replySchema.safeParse(body);
  const choice = parsed.data?.choices[0];
  if (choice === undefined) throw new UnexpectedReplyError("not a chat completion");
  // A router's word for a provider behind it that failed while it answered.
  if (choice.finish_reason === "error") throw new UnexpectedReplyError("the answer broke off");
  const called = choice.message.tool_calls?.[0]?.function.arguments;
  const usage = readUsage(body);
  return {
    text: (typeof called === "object" ? JSON.stringify(called) : called) ?? textOf(choice.message.content),
    ...(choice.message.refusal ? { refusal: choice.message.refusal } : {}),
    ...(choice.finish_reason ? { finishReason: choice.finish_reason } : {}),
    ...(parsed.data?.model ? { model: parsed.data.model } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

function textOf(content: z.infer<typeof contentSchema> | null | undefined): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}

function readUsage(body: unknown): TokenUsage | undefined {
  const { data } = z.object({ usage: usageSchema }).safeParse(body);
  if (data === undefined) return undefined;
  const { usage } = data;
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

/** Undefined as soon as one part is not known: a sum that leaves something out would be a lie. */
export function sumUsage(parts: readonly (TokenUsage | undefined)[]): TokenUsage | undefined {
  return parts.reduce<TokenUsage | undefined>(
    (sum, part) =>
      sum === undefined || part === undefined
        ? undefined
        : {
            inputTokens: sum.inputTokens + part.inputTokens,
            outputTokens: sum.outputTokens + part.outputTokens,
            cachedInputTokens: sum.cachedInputTokens + part.cachedInputTokens,
            reasoningTokens: sum.reasoningTokens + part.reasoningTokens,
          },
    noUsage,
  );
}

export const noUsage: TokenUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
