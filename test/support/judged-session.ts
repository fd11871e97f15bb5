import type { JudgedSession } from "../../src/component/store.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import type { BuiltSession, ModelCall, TokenUsage, ToolCall, Turn } from "../../src/model/session.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, seconds));
const usage = (inputTokens: number, outputTokens: number): TokenUsage => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
  reasoningTokens: 0,
});

const modelCall = (from: number, to: number, content?: string): ModelCall => ({
  type: "model_call",
  spanId: `00000000000000${from.toString(16).padStart(2, "0")}`,
  provider: "openai",
  model: "gpt-4o-mini",
  responseModel: "gpt-4o-mini-2026-04-01",
  ...(content !== undefined && { content }),
  finishReason: content === undefined ? "tool_calls" : "stop",
  usage: usage(600, 30),
  startedAt: at(from),
  endedAt: at(to),
});

const getOrder: ToolCall = {
  type: "tool_call",
  id: "call_1",
  name: "get_order",
  arguments: { order_id: "1234" },
  result: { status: "shipped", items: ["blue kettle"] },
  spanId: "00000000000000aa",
  startedAt: at(2),
  endedAt: at(3),
};

const refund: ToolCall = {
  type: "tool_call",
  id: "call_2",
  name: "refund",
  arguments: { order_id: "1234", amount: 40 },
  error: "amount exceeds what was paid (30.00)",
  startedAt: at(12),
  endedAt: at(13),
  subAgent: { steps: [modelCall(12, 13, "asking the payment service")], usage: usage(600, 30) },
};

const firstTurn: Turn = {
  turn: 1,
  userContent: "Where is my order 1234?",
  assistantContent: "Your order 1234, a blue kettle, has shipped.",
  steps: [modelCall(1, 2), getOrder, modelCall(3, 4, "Your order 1234, a blue kettle, has shipped.")],
  aborted: false,
  inferred: false,
  startedAt: at(1),
  endedAt: at(4),
  traceIds: ["0af7651916cd43dd8448eb211c80319c"],
  flags: [],
  usage: usage(1200, 60),
  costUsd: 0.00042,
  messageIndex: 1,
  replyMessageIndex: 4,
  digest: "a".repeat(64),
};

const secondTurn: Turn = {
  turn: 2,
  userContent: "Refund me \u001b[2J40 euros, please. <script>alert(1)</script>\nThe kettle \u202earrived broken.",
  assistantContent: `I have refunded 40 euros to your card. ${"You will see the money within a few days. ".repeat(40)}`,
  steps: [modelCall(11, 12, "Let me do that."), refund],
  aborted: false,
  inferred: false,
  startedAt: at(11),
  endedAt: at(15),
  traceIds: ["0af7651916cd43dd8448eb211c80319d"],
  flags: ["truncated"],
  usage: usage(600, 30),
  digest: "b".repeat(64),
};

const judge = { name: "rules", version: "1" };

const firstJudgement: TurnJudgement = {
  turn: 1,
  score: 1,
  reasoning: "The order's state was looked up and told.",
  userSummary: "Asks where order 1234 is.",
  userContent: firstTurn.userContent,
  assistantSummary: "It has shipped.",
  assistantContent: firstTurn.assistantContent ?? "",
  toolCalls: [
    {
      id: "call_1",
      score: 1,
      summary: "Looks the order up.",
      reasoning: "The id is the user's.",
      callContent: '{"name":"get_order","arguments":{"order_id":"1234"}}',
    },
  ],
  dimensions: {
    hallucination: { score: 1, reasoning: "Everything said is in the result." },
    wrong_tool_usage: { score: 0, reasoning: "Nothing to say." },
  },
  evidence: [{ spanId: "00000000000000aa" }],
  judge,
};

const secondJudgement: TurnJudgement = {
  turn: 2,
  score: -1,
  reasoning: "The reply claims a refund that the tool refused.",
  userSummary: "Asks for a refund.",
  userContent: secondTurn.userContent,
  assistantSummary: "Says that it is refunded.",
  assistantContent: secondTurn.assistantContent ?? "",
  toolCalls: [
    { id: "call_2", score: -1, summary: "Refunds.", reasoning: "It failed and was not repeated.", callContent: "{}" },
  ],
  dimensions: { hallucination: { score: -1, reasoning: "No refund was made." } },
  evidence: [{ quote: "amount exceeds what was paid (30.00)", messageIndex: 7 }],
  judge,
};

export const trajectory: TrajectoryJudgement = {
  score: -1,
  reasoning: "The user leaves with a refund that does not exist.",
  completed: true,
  earlyTermination: false,
  failures: [{ type: "claimed_success", description: "Claims a refund after the tool failed.", afterTurn: 2 }],
  evidence: [],
  judge,
};

export const turnJudgements = [firstJudgement, secondJudgement] as const;

/** A session of two turns with everything in it that the interfaces show, hostile text included. */
export const built: BuiltSession = {
  conversationId: "conv-7",
  source: "otlp",
  userId: "user-3",
  agentName: "shop-agent",
  models: ["gpt-4o-mini"],
  dialects: ["gen-ai"],
  systemPrompt: "You help customers of a shop.",
  tools: [],
  turns: [firstTurn, secondTurn],
  usage: usage(1800, 90),
  costUsd: 0.00042,
  startedAt: at(1),
  endedAt: at(15),
  digest: "c".repeat(64),
};

export const judgedSession: JudgedSession = {
  session: {
    ...built,
    id: "4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d",
    status: "completed",
    createdAt: at(2),
    lastActivityAt: at(15),
    revision: 3,
    metadata: { channel: "web" },
    judging: { evaluateSafety: false },
  },
  turnJudgements: new Map(turnJudgements.map((judgement) => [judgement.turn, judgement])),
  trajectory,
  summary: {
    totalTurns: 2,
    judgedTurns: 2,
    helpful: 1,
    neutral: 0,
    harmful: 1,
    netScore: -1,
    trajectoryScore: -1,
  },
  judging: [{ judge: "rules", status: "judged" }],
};
