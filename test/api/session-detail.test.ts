import { describe, expect, it } from "vitest";
import { jsonObjectSchema, sessionDetailSchema, sessionSummarySchema } from "../../src/api/contract.ts";
import { toSessionDetail, toSessionSummary } from "../../src/api/session-detail.ts";
import { built, judgedSession, trajectory, turnJudgements } from "../support/judged-session.ts";

const { session } = judgedSession;
const detail = toSessionDetail(judgedSession);

/** A session of which nothing is known but that it exists. */
const bare = {
  ...judgedSession,
  session: {
    id: session.id,
    source: "messages",
    status: "open",
    models: [],
    dialects: [],
    tools: [],
    turns: [],
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
    digest: "",
    createdAt: session.createdAt,
    lastActivityAt: session.lastActivityAt,
    revision: 0,
    metadata: {},
    judging: { evaluateSafety: false },
  },
  turnJudgements: new Map(),
} as const;

describe("the detail of a session", () => {
  it("has exactly the fields of the contract", () => {
    expect(sessionDetailSchema.parse(detail)).toEqual(detail);
  });

  it("has every field and null for what is not known", () => {
    const { trajectory: _, ...unjudged } = bare;
    const empty = toSessionDetail(unjudged);
    expect(Object.keys(empty).toSorted()).toEqual(Object.keys(detail).toSorted());
    expect(empty).toMatchObject({
      conversation_id: null,
      agent_name: null,
      user_id: null,
      system_prompt: null,
      cost_usd: null,
      error: null,
      trajectory: null,
      turns: [],
      started_at: session.createdAt.toISOString(),
    });
    expect(sessionDetailSchema.parse(empty)).toEqual(empty);
  });

  it("lists model calls and tool calls apart, each in order", () => {
    const [first, second] = detail.turns;
    expect(first?.model_calls.map((call) => call.finish_reason)).toEqual(["tool_calls", "stop"]);
    expect(first?.tool_calls).toEqual([
      {
        id: "call_1",
        name: "get_order",
        arguments: { order_id: "1234" },
        result: { status: "shipped", items: ["blue kettle"] },
        error: null,
        provider_run: false,
        span_id: "00000000000000aa",
        started_at: "2026-05-01T10:00:02.000Z",
        ended_at: "2026-05-01T10:00:03.000Z",
        sub_agent: null,
      },
    ]);
    expect(second?.tool_calls[0]).toMatchObject({ result: null, error: "amount exceeds what was paid (30.00)" });
    expect(second?.tool_calls[0]?.sub_agent).toMatchObject({
      model_calls: [{ content: "asking the payment service" }],
      tool_calls: [],
      usage: { input_tokens: 600, output_tokens: 30 },
    });
  });

  it("describes what was attached and made, and says what the provider ran", () => {
    const [first, second] = built.turns;
    const turns = [
      {
        ...first!,
        attachments: [{ kind: "image", mediaType: "image/png", name: "a.png", bytes: 12 }] as const,
        steps: [
          { type: "model_call", content: "look", reasoning: "hm", attachments: [{ kind: "file", uri: "file-1" }] },
          { type: "tool_call", name: "web_search", arguments: {}, providerRun: true },
        ] as const,
      },
      second!,
    ];
    const shown = toSessionDetail({ ...judgedSession, session: { ...session, turns } });
    expect(sessionDetailSchema.parse(shown)).toEqual(shown);
    const unknown = { media_type: null, name: null, uri: null, bytes: null };
    expect(shown.turns[0]).toMatchObject({
      attachments: [{ ...unknown, kind: "image", media_type: "image/png", name: "a.png", bytes: 12 }],
      model_calls: [{ reasoning: "hm", attachments: [{ ...unknown, kind: "file", uri: "file-1" }] }],
      tool_calls: [{ name: "web_search", provider_run: true }],
    });
    expect(shown.turns[1]).toMatchObject({ attachments: [], model_calls: [{ reasoning: null, attachments: [] }] });
  });

  it("puts each judgement beside its turn, with ValueHead's fields and ours", () => {
    expect(detail.turns[0]?.judgement).toEqual({
      turn: 1,
      score: 1,
      turn_reasoning: "The order's state was looked up and told.",
      user_summary: "Asks where order 1234 is.",
      user_content: "Where is my order 1234?",
      assistant_summary: "It has shipped.",
      assistant_content: "Your order 1234, a blue kettle, has shipped.",
      tool_calls: [
        {
          id: "call_1",
          score: 1,
          summary: "Looks the order up.",
          reasoning: "The id is the user's.",
          call_content: '{"name":"get_order","arguments":{"order_id":"1234"}}',
        },
      ],
      dimensions: turnJudgements[0].dimensions,
      judge: { name: "rules", version: "1", model: null, prompt_hash: null },
      usage: null,
      cost_usd: null,
      agreement: null,
      trials: [],
      cut: null,
      trace_id: null,
      evidence: [{ span_id: "00000000000000aa", quote: null, message_index: null }],
      superseded: false,
    });
    expect(toSessionDetail({ ...judgedSession, turnJudgements: new Map() }).turns[0]?.judgement).toBeNull();
  });

  it("shows the trials that a judgement is made of, and that one which one answer decided has none", () => {
    const voted = {
      agreement: 0.5,
      trials: [
        { model: "gpt-a", score: 1, reasoning: "Told." },
        { model: "gpt-b", score: 0, reasoning: "Half told." },
        { model: "gpt-c", reasoning: "The model refused to answer" },
      ],
    } as const;
    const shown = toSessionDetail({
      ...judgedSession,
      turnJudgements: new Map([[1, { ...turnJudgements[0], ...voted }]]),
      trajectory: { ...trajectory, ...voted },
    });
    const trials = [voted.trials[0], voted.trials[1], { ...voted.trials[2], score: null }];
    expect(sessionDetailSchema.parse(shown).turns[0]?.judgement).toMatchObject({ agreement: 0.5, trials });
    expect(sessionDetailSchema.parse(shown).trajectory).toMatchObject({ agreement: 0.5, trials });
    expect(detail.turns[0]?.judgement).toMatchObject({ agreement: null, trials: [] });
  });

  it("shows the trajectory with what is known of its failures", () => {
    expect(detail.trajectory).toMatchObject({
      score: -1,
      completed: true,
      early_termination: false,
      failures: [{ type: "claimed_success", after_turn: 2, message_index: null, span_id: null }],
    });
  });

  it("passes on what agents wrote as it is", () => {
    const odd = jsonObjectSchema.parse(
      JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"a.b":"\\u001b[2J<script>"}'),
    );
    const turns = [{ ...built.turns[0]!, steps: [{ type: "tool_call", name: "__proto__", arguments: odd }] }] as const;
    const shown = toSessionDetail({ ...judgedSession, session: { ...session, turns, metadata: odd } });
    expect(JSON.stringify(shown.turns[0]?.tool_calls[0]?.arguments)).toBe(JSON.stringify(odd));
    expect(JSON.stringify(shown.metadata)).toBe(JSON.stringify(odd));
    expect(JSON.stringify(sessionDetailSchema.parse(shown).metadata)).toBe(JSON.stringify(odd));
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("the transcript of a session", () => {
  it("is shown in the words of the contract", () => {
    const transcript = {
      parser: "llm",
      confidence: 0.7,
      speakers: [{ label: "Ann", role: "user" }],
      notes: ["so"],
    } as const;
    const shown = toSessionDetail({ ...judgedSession, session: { ...session, transcript } });
    expect(sessionDetailSchema.parse(shown).transcript).toEqual({ ...transcript, language: null });
    expect(detail.transcript).toBeNull();
  });
});

describe("a session in a list", () => {
  it("has exactly the fields of the contract", () => {
    const { turns: _turns, tools: _tools, systemPrompt: _prompt, digest: _digest, ...stored } = session;
    const summary = { ...stored, totalTurns: 2, firstUserContent: "Where?", summary: judgedSession.summary };
    const item = toSessionSummary(summary);
    expect(sessionSummarySchema.parse(item)).toEqual(item);
    expect(item).toMatchObject({ total_turns: 2, first_user_content: "Where?", last_assistant_content: null });
    const dropped = new Set(["turns", "trajectory", "system_prompt", "metric_scores", "judging", "transcript"]);
    const added = ["first_user_content", "last_assistant_content"];
    const expected = [...Object.keys(detail).filter((key) => !dropped.has(key)), ...added];
    expect(Object.keys(item).toSorted()).toEqual(expected.toSorted());
  });
});
