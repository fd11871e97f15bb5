/**
 * What `POST /api/v1/traces` takes: OpenAI-style messages. They are checked and passed on as they came, not rebuilt, so
 * that unknown members and odd keys survive.
 */
import { z } from "zod";
import type { ChatMessage } from "../model/message.ts";
import type { JsonValue } from "../model/session.ts";
import { ApiError } from "./api-error.ts";

/** What one trace may hold. Source: ValueHead's defaults for characters and tool calls. */
export const traceLimits = { characters: 500_000, toolCalls: 100, messages: 10_000, depth: 100 } as const;

const chatToolCall = z.looseObject({
  id: z.string().optional(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown() }),
});

const chatMessage = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.union([z.string(), z.null(), z.array(z.unknown())]).optional(),
  name: z.string().nullish(),
  tool_calls: z.array(chatToolCall).nullish(),
  tool_call_id: z.string().nullish(),
});

/** Holds the schema against the value and hands on the value itself. */
const asItCame = <T>(schema: z.ZodType) =>
  z.custom<T>().superRefine((value, context) => {
    for (const { path, message } of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: "custom", path, message });
    }
  });

type JsonObject = { readonly [key: string]: JsonValue };
const jsonObject = z.looseObject({});

export const submissionSchema = z.strictObject({
  messages: asItCame<readonly ChatMessage[]>(
    z.array(chatMessage).min(1, "needs at least one message").max(traceLimits.messages),
  ),
  /** Tools offered to the model, in OpenAI's shape: what makes "not offered" and "wrong arguments" visible. */
  tools: asItCame<readonly JsonValue[]>(z.array(jsonObject).max(1000)).optional(),
  metadata: asItCame<JsonObject>(jsonObject).optional(),
  instructions: z.string().max(20_000, "must not be longer than 20000 characters").optional(),
  evaluate_safety: z.boolean().optional(),
});

export type Submission = z.infer<typeof submissionSchema>;

/** Throws 413 for too much text, 422 for too many tool calls, 400 for nesting that no message has. */
export function checkTraceLimits({ messages, tools, metadata }: Submission): void {
  const toolCalls = messages.reduce((sum, message) => sum + (message.tool_calls?.length ?? 0), 0);
  if (toolCalls > traceLimits.toolCalls) {
    const detail = `a trace may hold ${traceLimits.toolCalls} tool calls, this one has ${toolCalls}`;
    throw new ApiError(422, "too_many_tool_calls", detail);
  }
  const { characters, depth } = measure([messages, tools, metadata]);
  if (depth > traceLimits.depth) throw new ApiError(400, "invalid_request", "the body is nested too deeply");
  if (characters > traceLimits.characters) {
    const detail = `a trace may hold ${traceLimits.characters} characters, this one has ${characters}`;
    throw new ApiError(413, "trace_too_large", detail);
  }
}

/** Characters in all strings, and nesting. Iterative: JSON.parse takes nesting that recursion does not survive. */
function measure(root: unknown): { characters: number; depth: number } {
  const open = [{ value: root, depth: 0 }];
  let characters = 0;
  let deepest = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    deepest = Math.max(deepest, depth);
    if (typeof value === "string") characters += value.length;
    else if (typeof value === "object" && value !== null) {
      for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 });
    }
  }
  return { characters, depth: deepest };
}
