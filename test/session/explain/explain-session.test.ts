import { describe, expect, it } from "vitest";
import { explanationSchema } from "../../../src/api/explanation-contract.ts";
import { toSnakeCase } from "../../../src/api/snake-case.ts";
import { readListPrices } from "../../../src/cost/read-price-file.ts";
import type { Span } from "../../../src/model/span.ts";
import { factsOfRequests } from "../../../src/otlp/facts-of-requests.ts";
import { buildSession } from "../../../src/session/build-session.ts";
import { explainSession } from "../../../src/session/explain/explain-session.ts";
import type { SpanFacts } from "../../../src/session/span-facts.ts";
import { captureNames, loadCapture } from "../../support/captures.ts";
import { agent, chat, spanAt, tool } from "../../support/conversation-spans.ts";
import { logRecordWith } from "../../support/records.ts";

const prices = [readListPrices()];
const factsOf = (...spans: readonly Span[]): SpanFacts => ({ spans, logRecords: [] });
const refOfSpan = ({ traceId, spanId }: Span) => ({ traceId, spanId });
const explain = (facts: SpanFacts, conversationId?: string, values = false) =>
  explainSession(facts, { ...(conversationId === undefined ? {} : { conversationId }), prices, values });

function captured(name: string) {
  const { requests, expected } = loadCapture(name);
  const facts = factsOfRequests(requests);
  const isNamed = expected.telemetry?.conversationIdInSpans === true;
  const id = isNamed ? (expected.conversations[0]?.conversationId ?? undefined) : undefined;
  return { facts, expected, ...(id === undefined ? {} : { id }) };
}

describe.each(captureNames)("the explanation of %s", (name) => {
  const { facts, expected, id } = captured(name);
  const options = { ...(id === undefined ? {} : { conversationId: id }), prices };
  const explanation = explainSession(facts, { ...options, values: false });
  const { session } = buildSession(facts, options);

  it("speaks of the turns and steps that are built", () => {
    const shown = explanation.turns.map(({ turn, flags, aborted, modelCalls, toolCalls, userText, reply }) => ({
      turn,
      flags,
      aborted,
      spans: modelCalls.map(({ spanId }) => spanId),
      usage: modelCalls.map(({ usage }) => usage),
      tools: toolCalls.map((call) => [
        call.name,
        call.span?.spanId,
        call.result !== undefined,
        call.error !== undefined,
      ]),
      characters: [userText.characters, reply.characters],
    }));
    expect(shown).toEqual(
      session.turns.map(({ turn, flags, aborted, steps, userContent, assistantContent }) => {
        const models = steps.filter((step) => step.type === "model_call");
        const tools = steps.filter((step) => step.type === "tool_call");
        return {
          turn,
          flags,
          aborted,
          spans: models.map(({ spanId }) => spanId),
          usage: models.map(({ usage }) => usage),
          tools: tools.map((call) => [call.name, call.spanId, call.result !== undefined, call.error !== undefined]),
          characters: [userContent.length, assistantContent?.length ?? 0],
        };
      }),
    );
  });

  it("says of every text, token and part of a tool call what it was read from", () => {
    const { turns } = explanation;
    const texts = turns.flatMap(({ userText, reply }) => [userText, reply]);
    expect(texts.map(({ from }) => from !== "nowhere")).toEqual(texts.map(({ characters }) => characters > 0));
    const calls = turns.flatMap(({ modelCalls }) => modelCalls);
    expect(calls.map(({ input }) => input.keys.length > 0)).toEqual(calls.map(({ input }) => input.messages > 0));
    expect(calls.map(({ output }) => output.keys.length > 0)).toEqual(calls.map(({ output }) => output.messages > 0));
    expect(calls.map(({ usageSource }) => usageSource !== undefined)).toEqual(
      calls.map(({ usage }) => usage !== undefined),
    );
    const sources = [
      ...texts.flatMap(({ source }) => source ?? []),
      ...calls.flatMap(({ usageSource }) => usageSource ?? []),
    ];
    // A tool that threw leaves a span without any attribute.
    const tools = facts.spans.filter(({ attributes }) => attributes.size > 0).map(({ spanId }) => spanId);
    const spans = turns.flatMap(({ toolCalls }) => toolCalls.filter(({ span }) => tools.includes(span?.spanId ?? "")));
    expect([...sources, ...spans].filter(({ keys }) => keys.length === 0)).toEqual([]);
  });

  it("is in the contract's words, has nothing of what was said in it, and fits into a report", () => {
    const answer = toSnakeCase({ session: "s", source: "otlp", version: "1", ...explanation });
    explanationSchema.parse(answer);
    const text = JSON.stringify(answer);
    const said = expected.conversations.flatMap(({ turns }) =>
      turns.flatMap(({ user, assistant }) => [user, assistant ?? ""]),
    );
    const sentences = said.filter(({ length }) => length > 12).map((words) => JSON.stringify(words).slice(1, 20));
    expect(sentences.filter((words) => text.includes(words))).toEqual([]);
    expect(text.length).toBeLessThan(400_000);
  });
});

describe("why something is missing", () => {
  it.each<[string, string]>([
    ["ai-sdk-v6-nocontent", "content_off"],
    ["openinference-openai-hidden", "redacted"],
    ["traceloop-openai-truncated", "truncated"],
    ["openinference-openai-long", "dropped_attributes"],
    ["ai-sdk-v6-errors", "failed"],
  ])("%s: %s", (name, kind) => {
    const { facts, id } = captured(name);
    const kinds = explain(facts, id).turns.flatMap(({ losses }) => losses.map((loss) => loss.kind));
    expect(kinds).toContain(kind);
  });

  it("the spans say what they did carry: keys, types and sizes", () => {
    const { spans } = explain(
      factsOf(
        spanAt(
          { id: 1, at: 0, name: "chat" },
          { "gen_ai.operation.name": "chat", "my.prompt": "secret", "my.count": 7n },
        ),
      ),
    );
    expect(spans[0]?.attributes).toEqual([
      { key: "gen_ai.operation.name", type: "text", size: 4, count: 1, readFor: [], redacted: false },
      { key: "my.count", type: "number", size: 1, count: 1, readFor: [], redacted: false },
      { key: "my.prompt", type: "text", size: 6, count: 1, readFor: [], redacted: false },
    ]);
  });

  it("and the beginnings of their values only when asked", () => {
    const long = "x".repeat(1000);
    const facts = factsOf(spanAt({ id: 1, at: 0 }, { "gen_ai.operation.name": "chat", "my.prompt": long }));
    expect(JSON.stringify(explain(facts))).not.toContain("xxx");
    const attribute = explain(facts, undefined, true).spans[0]?.attributes.find(({ key }) => key === "my.prompt");
    expect(attribute?.value).toBe(`${"x".repeat(200)}…`);
  });
});

describe("why a text is nowhere", () => {
  const call = { id: "c1", name: "look", arguments: {} };
  it.each<[string, readonly Span[], object]>([
    ["content is off", [chat({ id: 1, at: 0 }, undefined)], { userText: "content_off", reply: "content_off" }],
    ["the call failed", [chat({ id: 1, at: 0, error: "HTTP 500" }, [{ user: "hi" }])], { reply: "failed" }],
    [
      "the last call asked for tools",
      [chat({ id: 1, at: 0 }, [{ user: "hi" }], { calls: [call] })],
      { reply: "asked_for_tools" },
    ],
    [
      "it stopped while it was written",
      [chat({ id: 1, at: 0, more: { "turnwise.aborted": true } }, [{ user: "hi" }])],
      { reply: "aborted" },
    ],
    ["no call recorded it", [chat({ id: 1, at: 0 }, [{ user: "hi" }])], { reply: "not_recorded" }],
    [
      "attributes were dropped",
      [chat({ id: 1, at: 0, dropped: 3 }, [{ user: "hi" }])],
      { reply: "dropped_attributes" },
    ],
    ["only an agent's span is there", [agent({ id: 1, at: 0 }, "hi")], { reply: "no_model_call" }],
    [
      "the list was cut",
      [
        chat({ id: 1, at: 0, more: { "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"te' } }, undefined, {
          assistant: "yes",
        }),
      ],
      { userText: "truncated" },
    ],
  ])("%s", (_what, spans, because) => {
    const { turns } = explain(factsOf(...spans));
    const reasons = turns.map(({ userText, reply }) => ({ userText: userText.because, reply: reply.because }));
    expect(reasons).toMatchObject([because]);
  });

  it("and what the spans carried instead: the largest texts, whatever their keys", () => {
    const more = { "my.history": "x".repeat(500), "my.count": 7n, "gen_ai.conversation.id": "c" };
    const { turns } = explain(factsOf(chat({ id: 1, at: 0, more }, undefined)), "c");
    expect(turns[0]?.carried).toMatchObject([
      { attributes: [{ key: "my.history", size: 500 }, { key: "gen_ai.operation.name" }], events: [] },
    ]);
  });
});

describe("where the parts of a turn are from", () => {
  const usage = { "gen_ai.usage.input_tokens": 10n, "gen_ai.usage.output_tokens": 5n };

  it("names the spans, the keys and the rule", () => {
    const { conversation, turns } = explain(
      factsOf(
        chat(
          { id: 1, at: 0, name: "first", more: { ...usage, "gen_ai.conversation.id": "conv-1" } },
          [{ user: "hi" }],
          {
            calls: [{ id: "c1", name: "look", arguments: { at: 1 } }],
          },
        ),
        tool({ id: 2, at: 10, name: "execute_tool look" }, { name: "look", id: "c1", result: "seen" }),
        chat(
          { id: 3, at: 20 },
          [
            { user: "hi" },
            { calls: [{ id: "c1", name: "look", arguments: { at: 1 } }] },
            { results: [{ id: "c1", response: "seen" }] },
          ],
          {
            assistant: "done",
          },
        ),
      ),
      "conv-1",
    );
    expect(conversation).toMatchObject({
      id: "conv-1",
      by: "attribute",
      source: { name: "first", keys: ["gen_ai.conversation.id"] },
    });
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({
      start: "first_call",
      userText: { from: "model_call", characters: 2, source: { name: "first", keys: ["gen_ai.input.messages"] } },
      reply: { from: "model_call", characters: 4, source: { keys: ["gen_ai.output.messages"] } },
      toolCalls: [{ id: "c1", call: "output", arguments: "output", result: "tool_span" }],
      modelCalls: [
        {
          usage: { inputTokens: 10 },
          usageSource: { keys: ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] },
          cost: { from: "price", price: { table: "list prices", models: ["gpt-4o-mini"] } },
        },
        { cost: { unpriced: "no_usage" }, isFree: false },
      ],
    });
  });

  it("says of messages that come one by one only those of the right direction", () => {
    const event = (name: string, attributes: Record<string, string>) => ({
      name,
      timeUnixNano: 0n,
      attributes: new Map(Object.entries(attributes)),
      droppedAttributesCount: 0,
    });
    const span = {
      ...chat({ id: 1, at: 0 }, undefined),
      events: [event("gen_ai.user.message", { content: "hi" }), event("gen_ai.choice", { message: "hello" })],
    };
    const details = {
      ...chat({ id: 2, trace: 2, at: 10 }, undefined),
      events: [
        event("gen_ai.client.inference.operation.details", {
          "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"ho"}]}]',
          "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"hey"}]}]',
        }),
      ],
    };
    const named = [span, details].map((each) => ({
      ...each,
      attributes: new Map([...each.attributes, ["session.id", "s"] as const]),
    }));
    const calls = explain(factsOf(...named), "s").turns.flatMap(({ modelCalls }) => modelCalls);
    expect(calls.map(({ input, output }) => [input.keys, output.keys])).toEqual([
      [["event gen_ai.user.message: content"], ["event gen_ai.choice: message"]],
      [
        ["event gen_ai.client.inference.operation.details: gen_ai.input.messages"],
        ["event gen_ai.client.inference.operation.details: gen_ai.output.messages"],
      ],
    ]);
  });

  it("knows log records by their names, also when their bodies are texts", () => {
    const span = chat({ id: 1, at: 0 }, undefined);
    const record = (eventName: string, body: string) => logRecordWith({ ...refOfSpan(span), eventName, body });
    const logRecords = [
      record("gen_ai.user.message", '{"role":"user","content":"hi"}'),
      record("gen_ai.choice", '{"message":{"role":"assistant","content":"hello"}}'),
    ];
    const { turns } = explain({ spans: [span], logRecords });
    expect(turns[0]?.modelCalls[0]).toMatchObject({
      input: { messages: 1, empty: 0, keys: ["log record gen_ai.user.message"] },
      output: { messages: 1, keys: ["log record gen_ai.choice"] },
    });
  });

  it("counts messages that say nothing", () => {
    const { turns } = explain(factsOf(chat({ id: 1, at: 0 }, [{ system: "" }, { user: "" }], { assistant: "hello" })));
    expect(turns[0]?.modelCalls[0]).toMatchObject({ input: { messages: 2, empty: 2 }, output: { empty: 0 } });
  });

  it("never says that arguments are from where there are none, and that a failed tool says nothing else but its status", () => {
    const failed = { ...tool({ id: 2, at: 5, error: "down" }, { name: "look", id: "c1" }) };
    const { turns } = explain(factsOf(chat({ id: 1, at: 0 }, [{ user: "hi" }], { assistant: "" }), failed));
    expect(turns[0]?.toolCalls[0]).not.toHaveProperty("arguments");
    expect(turns[0]?.toolCalls[0]).toMatchObject({
      error: "tool_span",
      keys: expect.arrayContaining(["status"]) as string[],
    });
  });

  it("says which result a limit cut", () => {
    const { turns } = explain(
      factsOf(
        chat({ id: 1, at: 0 }, [{ user: "hi" }], { calls: [{ id: "c1", name: "look", arguments: { at: 1 } }] }),
        spanAt(
          { id: 2, at: 5 },
          {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.id": "c1",
            "gen_ai.tool.name": "look",
            "gen_ai.tool.call.result": '{"status":"shi',
          },
        ),
      ),
    );
    expect(turns[0]?.toolCalls[0]).toMatchObject({ cut: ["result"] });
  });

  it("names the spans that name user and agent", () => {
    const more = { "user.id": "u1", "gen_ai.agent.name": "mira" };
    expect(explain(factsOf(chat({ id: 1, at: 0, name: "first", more }, [{ user: "hi" }])))).toMatchObject({
      user: { name: "first", keys: ["user.id"] },
      agent: { name: "first", keys: ["gen_ai.agent.name"] },
    });
  });

  it("tells what was attached, what the provider ran, and which turn is answered anew", () => {
    const input = JSON.stringify([
      {
        role: "user",
        parts: [
          { type: "text", content: "hi" },
          { type: "blob", modality: "image", content: "AAAA" },
        ],
      },
    ]);
    const output = JSON.stringify([
      {
        role: "assistant",
        parts: [
          { type: "server_tool_call", id: "s1", name: "web_search", arguments: { query: "hi" } },
          { type: "text", content: "hello" },
        ],
      },
    ]);
    const asked = { "gen_ai.operation.name": "chat", "gen_ai.input.messages": input, "gen_ai.output.messages": output };
    const facts = factsOf(
      spanAt({ id: 1, at: 0, more: { "session.id": "s" } }, asked),
      spanAt({ id: 2, trace: 2, at: 10, more: { "session.id": "s" } }, asked),
    );
    const { turns } = explain(facts, "s");
    expect(turns.map(({ attachments, regeneratesTurn }) => [attachments, regeneratesTurn])).toEqual([
      [1, undefined],
      [1, 1],
    ]);
    expect(turns[0]?.toolCalls).toMatchObject([
      { name: "web_search", providerRun: true, call: "output", arguments: "output", keys: [] },
    ]);
  });

  it("says that an error is the span's status, or which key has it", () => {
    const { turns } = explain(factsOf(chat({ id: 1, at: 0, error: "HTTP 500" }, [{ user: "hi" }])));
    expect(turns[0]?.modelCalls[0]).toMatchObject({ error: { keys: ["status"] }, isFree: true });
  });

  it("counts what makes the cost unknown", () => {
    const facts = factsOf(
      chat({ id: 1, at: 0, more: { ...usage, "gen_ai.request.model": "mine" } }, [{ user: "hi" }], {
        assistant: "hello",
      }),
      chat({ id: 2, at: 10 }, [{ user: "hi" }, { assistant: "hello" }, { user: "bye" }], { assistant: "bye" }),
    );
    expect(explain(facts)).toMatchObject({ unpricedCalls: 2, callsWithoutUsage: 1 });
  });

  it("tells turns of later history, attempts, the same call again and what is no agent's", () => {
    const facts = factsOf(
      chat({ id: 1, at: 0, error: "HTTP 500" }, [{ user: "one" }, { assistant: "1" }, { user: "two" }]),
      chat({ id: 2, at: 10, until: 30 }, [{ user: "one" }, { assistant: "1" }, { user: "two" }], { assistant: "2" }),
      chat({ id: 3, parent: 2, at: 11, until: 29 }, [{ user: "one" }, { assistant: "1" }, { user: "two" }], {
        assistant: "2",
      }),
      spanAt({ id: 4, at: 5, name: "GET /" }, { "http.request.method": "GET" }),
    );
    const { turns, spans } = explain(facts);
    expect(turns.map(({ start }) => start)).toEqual(["history", "first_call"]);
    expect(turns[0]).toMatchObject({ userText: { from: "history" }, reply: { from: "history" } });
    expect(turns[1]?.attempts).toHaveLength(1);
    expect(spans.map(({ use }) => use)).toEqual(["attempt", "tree", "model_call", "same_call_again"]);
    expect(spans[1]).not.toHaveProperty("dialect");
  });

  it("tells why traces without an id belong together, and which do not belong", () => {
    const facts = factsOf(
      chat({ trace: 1, id: 1, at: 0 }, [{ user: "one" }], { assistant: "1" }),
      chat({ trace: 2, id: 2, at: 10 }, [{ user: "one" }, { assistant: "1" }, { user: "two" }], { assistant: "2" }),
      chat({ trace: 3, id: 3, at: 20, more: { "session.id": "another" } }, [{ user: "three" }], { assistant: "3" }),
    );
    expect(explain(facts).traces.map(({ because, sharedMessages }) => [because, sharedMessages])).toEqual([
      ["first", undefined],
      ["shared_messages", 2],
      ["other_conversation", undefined],
    ]);
  });

  it("is bounded, and says how much is left out", () => {
    const spans = Array.from({ length: 900 }, (_, at) => chat({ trace: at + 1, id: 1, at: at * 10 }, undefined));
    const {
      turns,
      spans: shown,
      omitted,
    } = explain(
      factsOf(...spans.map((span) => ({ ...span, attributes: new Map([...span.attributes, ["session.id", "s"]]) }))),
      "s",
    );
    expect([turns.length, shown.length]).toEqual([200, 400]);
    expect(omitted).toEqual({ turns: 700, spans: 500 });
  });
});
