/** The answer of `GET /api/v1/sessions/{id}/explain`, as schemas; the words are those of `model/explanation.ts`. */
import { z } from "zod";
import { sourceSchema, turnFlagSchema, usageSchema } from "./contract.ts";

const count = z.int().nonnegative();
const text = z.string();
const spanRef = { trace_id: text, span_id: text, name: text };
const sourceOfFactSchema = z.strictObject({ ...spanRef, keys: z.array(text) });
const originSchema = z.enum(["output", "history", "tool_span"]);

const costSchema = z.union([
  z.strictObject({ cost_usd: z.number(), from: z.literal("span") }),
  z.strictObject({
    cost_usd: z.number(),
    from: z.literal("price"),
    price: z.strictObject({ table: text, models: z.array(text), as_of: text.optional() }),
  }),
  z.strictObject({ unpriced: z.enum(["no_usage", "no_model", "no_price", "service_tier"]) }),
]);

const modelCallExplanationSchema = z.strictObject({
  ...spanRef,
  dialect: text.optional(),
  input: z.strictObject({ messages: count, empty: count, truncated: z.boolean(), keys: z.array(text) }),
  output: z.strictObject({ messages: count, empty: count, keys: z.array(text) }),
  provider: text.optional(),
  model: text.optional(),
  response_model: text.optional(),
  usage: usageSchema.optional(),
  usage_source: sourceOfFactSchema.optional(),
  cost: costSchema,
  is_free: z.boolean(),
  cost_keys: z.array(text),
  error: sourceOfFactSchema.optional(),
});

const toolCallExplanationSchema = z.strictObject({
  id: text.optional(),
  name: text,
  call: originSchema,
  arguments: originSchema.optional(),
  result: originSchema.optional(),
  error: originSchema.optional(),
  span: z.strictObject(spanRef).optional(),
  provider_run: z.boolean(),
  cut: z.array(z.enum(["arguments", "result"])),
  keys: z.array(text),
  sub_agent_spans: count,
});

const lossKinds = ["content_off", "redacted", "truncated", "dropped_attributes", "failed"] as const;

const textExplanationSchema = z.strictObject({
  from: z.enum(["model_call", "wrapper", "history", "nowhere"]),
  characters: count,
  source: sourceOfFactSchema.optional(),
  because: z
    .enum([...lossKinds, "lost_user_message", "aborted", "asked_for_tools", "no_model_call", "not_recorded"])
    .optional(),
});

const attributeExplanationSchema = z.strictObject({
  key: text,
  type: z.enum(["text", "number", "boolean", "bytes", "list", "map", "empty"]),
  size: count,
  count,
  read_for: z.array(text),
  redacted: z.boolean(),
  value: text.optional(),
});

const turnExplanationSchema = z.strictObject({
  turn: z.int().positive(),
  start: z.enum([
    "first_call",
    "user_message",
    "lost_user_message",
    "new_trace",
    "new_agent_run",
    "wrapper",
    "history",
  ]),
  regenerates_turn: z.int().positive().optional(),
  flags: z.array(turnFlagSchema),
  aborted: z.boolean(),
  user_text: textExplanationSchema,
  attachments: count,
  reply: textExplanationSchema,
  model_calls: z.array(modelCallExplanationSchema),
  tool_calls: z.array(toolCallExplanationSchema),
  wrappers: z.array(z.strictObject(spanRef)),
  attempts: z.array(z.strictObject(spanRef)),
  losses: z.array(
    z.strictObject({
      ...spanRef,
      kind: z.enum(lossKinds),
      count: count.optional(),
      keys: z.array(text).optional(),
    }),
  ),
  carried: z.array(
    z.strictObject({ ...spanRef, attributes: z.array(attributeExplanationSchema), events: z.array(text) }),
  ),
});

const spanExplanationSchema = z.strictObject({
  ...spanRef,
  parent_span_id: text.optional(),
  scope: text,
  kind: z.enum(["model", "tool", "agent", "other"]),
  dialect: text.optional(),
  use: z.enum([
    "model_call",
    "tool_call",
    "wrapper",
    "same_call_again",
    "attempt",
    "sub_agent",
    "tree",
    "other_conversation",
  ]),
  turn: z.int().positive().optional(),
  attributes: z.array(attributeExplanationSchema),
  more_attributes: count,
  dropped_attributes: count,
  events: z.array(text),
  log_records: count,
});

/** How a session was built; `model/explanation.ts` says what its parts mean. What is not there is absent, not null. */
export const explanationSchema = z
  .strictObject({
    session: text,
    source: sourceSchema,
    version: text,
    conversation: z.strictObject({
      id: text.optional(),
      by: z.enum(["attribute", "embedded", "none"]),
      source: sourceOfFactSchema.optional(),
    }),
    user: sourceOfFactSchema.optional(),
    agent: sourceOfFactSchema.optional(),
    traces: z.array(
      z.strictObject({
        trace_id: text,
        spans: count,
        because: z.enum([
          "conversation_id",
          "first",
          "same_response",
          "shared_messages",
          "same_user",
          "joined",
          "other_conversation",
        ]),
        shared_messages: count.optional(),
      }),
    ),
    turns: z.array(turnExplanationSchema),
    spans: z.array(spanExplanationSchema),
    unpriced_calls: count,
    calls_without_usage: count,
    /** What the store can no longer read as it was written; nothing of it is in the session. */
    damaged: z
      .array(
        z.strictObject({
          kind: z.enum(["span", "log_record", "resource", "scope"]),
          number: count,
          trace_id: text.optional(),
          span_id: text.optional(),
        }),
      )
      .default([]),
    omitted: z.strictObject({ turns: count, spans: count }),
  })
  .meta({ id: "Explanation" });
