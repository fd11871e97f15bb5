/**
 * What the message doors take: OpenAI-style messages. They are checked and passed on as they came, not rebuilt, so that
 * unknown members and odd keys survive.
 */
import { z } from "zod";
import type { ChatMessage } from "../model/message.ts";
import type { MessageSize } from "../model/message-limits.ts";
import type { JsonValue } from "../model/session.ts";
import { countToolCalls } from "../session/read-chat-messages.ts";
import { ApiError } from "./api-error.ts";

/** In one request. So many turns are judged in seconds, and what that takes grows faster than they do; the size of the body bounds everything else. */
export const maxMessages = 10_000;
const maxDepth = 100;

const notContent = "must be a text, null, or a list of parts";
const notAPart = "must be a part of a message: an object, or a text";

type Issue = z.core.$ZodIssue;
type Told = Pick<Issue, "path" | "message">;

/** Of a value that could be one of several kinds: what is wrong with it as the kind that it comes closest to. */
function innermost(issue: Issue): Told {
  if (issue.code === "unrecognized_keys")
    return { path: [...issue.path, issue.keys[0]?.slice(0, 100) ?? ""], message: "is not known" };
  const tried = issue.code === "invalid_union" ? issue.errors.flatMap((errors) => errors.slice(0, 1)) : [];
  const closest = tried.reduce<Issue | undefined>(
    (best, one) => (one.path.length > (best?.path.length ?? 0) ? one : best),
    undefined,
  );
  if (closest === undefined) return issue;
  const inner = innermost(closest);
  return { path: [...issue.path, ...inner.path], message: inner.message };
}

/** As documents say it. */
function describe(schema: z.ZodType) {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return described;
}

/** Nobody is told of more, and what is wrong with millions of items would not fit into memory. */
const mostIssues = 5;

/** A list whose items are held against their schema one after the other, until some are wrong; none when they are too many. */
export const listOf = (item: z.ZodType, ...bounds: z.core.$ZodCheck<unknown[]>[]) =>
  z
    .array(z.unknown())
    .check(...bounds)
    .superRefine((items, context) => {
      if (context.issues.length > 0) return;
      for (const { path, message } of issuesIn(items, item)) context.addIssue({ code: "custom", path, message });
    })
    .meta(describe(z.array(item).check(...bounds)));

function issuesIn(items: readonly unknown[], schema: z.ZodType): readonly Told[] {
  const issues: Told[] = [];
  for (let at = 0; at < items.length && issues.length < mostIssues; at++)
    for (const issue of schema.safeParse(items[at]).error?.issues ?? []) {
      const { path, message } = innermost(issue);
      issues.push({ path: [at, ...path], message });
    }
  return issues;
}

const chatToolCall = z.looseObject({
  id: z.string().optional(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown() }),
});

export const chatMessage = z
  .looseObject({
    role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
    content: z
      .union([z.string(), z.null(), listOf(z.union([z.string(), z.looseObject({})], notAPart))], notContent)
      .optional(),
    name: z.string().nullish(),
    tool_calls: listOf(chatToolCall).nullish(),
    tool_call_id: z.string().nullish(),
  })
  .meta({ id: "ChatMessage" });

/** Holds the schema against the value and hands on the value itself. Documents say of it what they would say of the schema. */
export const asItCame = <T>(schema: z.ZodType) => {
  return z
    .custom<T>()
    .superRefine((value, context) => {
      for (const issue of schema.safeParse(value).error?.issues ?? []) {
        const { path, message } = innermost(issue);
        context.addIssue({ code: "custom", path, message });
      }
    })
    .meta(describe(schema));
};

type JsonObject = { readonly [key: string]: JsonValue };
const jsonObject = z.looseObject({});

const someMessages = asItCame<readonly ChatMessage[]>(
  listOf(chatMessage, z.minLength(1, "needs at least one message"), z.maxLength(maxMessages)),
);
const anyMessages = asItCame<readonly ChatMessage[]>(listOf(chatMessage, z.maxLength(maxMessages)));

const options = {
  /** Tools offered to the model, in OpenAI's shape: what makes "not offered" and "wrong arguments" visible. */
  tools: asItCame<readonly JsonValue[]>(listOf(jsonObject, z.maxLength(1000))).optional(),
  metadata: asItCame<JsonObject>(jsonObject).optional(),
  instructions: z.string().max(20_000, "must not be longer than 20000 characters").optional(),
  evaluate_safety: z.boolean().optional(),
};

export const submissionSchema = z.strictObject({ messages: someMessages, ...options }).meta({ id: "Submission" });
export type Submission = z.infer<typeof submissionSchema>;

/** A session that takes more messages may begin without any. */
export const streamSchema = z
  .strictObject({ initial_messages: anyMessages.optional(), ...options })
  .meta({ id: "StreamingSubmission" });
export const appendSchema = z.strictObject({ messages: someMessages }).meta({ id: "Append" });

/** Each of its items is held against the submission's schema by itself, so that one bad item does not hurt the others. */
export const batchSchema = z
  .strictObject({
    traces: z
      .array(z.unknown())
      .min(1, "needs at least one trace")
      .max(100, "must not have more than 100 traces")
      .meta({ items: { $ref: "#/$defs/Submission" } }),
  })
  .meta({ id: "BatchSubmission" });

/** What redaction may have changed, and must not have broken. */
export const redactedSchema = z.strictObject({
  messages: anyMessages,
  tools: options.tools,
  metadata: options.metadata,
});

/** Nested as nothing is that is sent here: deeper than recursion over it survives. */
export const isTooDeep = (value: unknown): boolean => measure(value).depth > maxDepth;

/** Throws 400 for nesting that no message has. */
export function requireShallow(value: unknown): void {
  if (isTooDeep(value)) throw new ApiError(400, "invalid_request", "the body is nested too deeply");
}

/** Characters of what was said and done, without who said it; of metadata and tools also those of keys and numbers. */
export function sizeOf({
  messages,
  tools,
  metadata,
}: Pick<Submission, "messages" | "tools" | "metadata">): MessageSize {
  const said = measure(messages.map((message) => ({ ...message, role: undefined }))).characters;
  const beside = measure([tools, metadata]);
  return { characters: said + beside.characters + beside.others, toolCalls: countToolCalls(messages) };
}

interface Measure {
  /** In all strings. */
  readonly characters: number;
  /** In keys, and in numbers as they are written. */
  readonly others: number;
  /** How deep it is nested. */
  readonly depth: number;
}

/** Iterative: JSON.parse takes nesting that recursion does not survive. */
function measure(root: unknown): Measure {
  const open = [{ value: root, depth: 0 }];
  let characters = 0;
  let others = 0;
  let deepest = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    deepest = Math.max(deepest, depth);
    if (typeof value === "string") characters += value.length;
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (!Array.isArray(value)) others += key.length;
        open.push({ value: member, depth: depth + 1 });
      }
    } else if (typeof value === "number") others += String(value).length;
  }
  return { characters, others, depth: deepest };
}
