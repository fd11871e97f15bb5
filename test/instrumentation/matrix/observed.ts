/** What the server made of a cell's spans, in the words of its scenario. */
import { setTimeout as sleep } from "node:timers/promises";
import { type SessionDetail, sessionDetailSchema, sessionPageSchema } from "../../../src/api/contract.ts";
import type { TestServer } from "../../support/server.ts";
import type { TrueTurn } from "./scenarios.ts";

export interface Observed {
  readonly turns: readonly TrueTurn[];
  /** Spans of model calls, counted before anything was merged. */
  readonly modelCalls: number;
}

/** Waits until the conversation is judged as far as `isWhole` wants it; after 10 s what there is. */
export async function observe(
  server: TestServer,
  conversation: string,
  isWhole: (observed: Observed) => boolean,
): Promise<Observed> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const observed = await look(server, conversation);
    if (isWhole(observed) || Date.now() > giveUpAt) return observed;
    await sleep(100);
  }
}

async function look(server: TestServer, conversation: string): Promise<Observed> {
  const page = await server.api(`/sessions?conversation_id=${encodeURIComponent(conversation)}`);
  const [found] = sessionPageSchema.parse(page.body).sessions;
  if (found === undefined) return { turns: [], modelCalls: 0 };
  const { body } = await server.api(`/sessions/${found.id}`);
  const spans = await server.api(`/sessions/${found.id}/spans`);
  return { turns: sessionDetailSchema.parse(body).turns.map(toTrueTurn), modelCalls: countModelCalls(spans.body) };
}

function toTrueTurn(turn: SessionDetail["turns"][number]): TrueTurn {
  return {
    user: turn.user_content ?? "",
    ...(turn.assistant_content !== null && !turn.aborted && { reply: turn.assistant_content }),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compared with objects, whatever it is
    tools: turn.tool_calls.map((call) => [call.name, call.arguments as object, call.error ?? parsed(call.result)]),
    ...(turn.error !== null && !turn.aborted && { failed: true as const }),
    ...(turn.aborted && { aborted: true as const }),
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** In the conventions, OpenInference and the AI SDK a span says in one attribute that it is a model's call. */
const saysModelCall: Readonly<Record<string, RegExp>> = {
  "gen_ai.operation.name": /^(chat|text_completion|generate_content)$/,
  "openinference.span.kind": /^LLM$/,
  "ai.operationId": /\.do(Generate|Stream)$/,
};

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface WireSpan {
  readonly attributes?: readonly Attribute[];
}
interface WireRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[] }[];
}

function countModelCalls(body: unknown): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the route's own tests check its shape
  const { resourceSpans } = body as WireRequest;
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  return spans.filter(({ attributes = [] }) =>
    attributes.some(({ key, value }) => saysModelCall[key]?.test(value.stringValue ?? "") ?? false),
  ).length;
}
