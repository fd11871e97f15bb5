/** The prompt about one turn: the turn whole as long as it fits, the turns before it by their summaries. */
import type { TurnJudgement } from "../../model/judgement.ts";
import type { BuiltSession, JsonValue, Turn } from "../../model/session.ts";
import { nameAttachments } from "../name-attachments.ts";
import type { Passage } from "./evidence.ts";
import { nonceFor, toFencedJson } from "./fence.ts";
import { fillTemplate, type Prompts } from "./prompts.ts";
import { createShortening, type Shortening } from "./shortening.ts";
import { showTurn, toolCallsOf, type Detail, type Shown } from "./shown-turn.ts";

export interface JudgePrompt {
  readonly system: string;
  readonly user: string;
  /** The texts in it that can be cited, and where they stand. */
  readonly passages: readonly Passage[];
  /** What did not fit, in one sentence. */
  readonly cut?: string;
}

export interface TurnMaterial {
  readonly session: BuiltSession;
  readonly turn: Turn;
  readonly earlier: readonly TurnJudgement[];
  readonly evaluateSafety: boolean;
}

interface TurnDetail extends Detail {
  /** The agent's own system prompt, in characters. */
  readonly system: number;
  /** A tool's description, and its parameters when it was called; in characters. */
  readonly tool: number;
  /** So many of the turns before, the last ones. */
  readonly earlier: number;
}

/** Tool results give way first, then the surroundings, and the turn's own texts last. */
const details: readonly TurnDetail[] = [
  { text: Infinity, arguments: Infinity, result: 8_000, system: Infinity, tool: 4_000, earlier: Infinity },
  { text: Infinity, arguments: Infinity, result: 2_000, system: 8_000, tool: 1_000, earlier: 40 },
  { text: Infinity, arguments: Infinity, result: 600, system: 4_000, tool: 300, earlier: 15 },
  { text: 8_000, arguments: 2_000, result: 300, system: 2_000, tool: 100, earlier: 5 },
  { text: 1_500, arguments: 400, result: 120, system: 500, tool: 40, earlier: 2 },
  { text: 300, arguments: 100, result: 60, system: 100, tool: 0, earlier: 1 },
];

/** Undefined when the turn does not fit into the budget even in its barest form. `fits` is asked about the whole prompt. */
export function buildTurnPrompt(
  material: TurnMaterial,
  prompts: Prompts,
  fits: (prompt: string) => boolean,
): JudgePrompt | undefined {
  for (const detail of details) {
    const shorten = createShortening();
    const { json, passages } = describeTurn(material, detail, shorten);
    const prompt = renderTurn(material, prompts, toFencedJson(json));
    const cut = shorten.account();
    if (fits(prompt.system + prompt.user)) return { ...prompt, passages, ...(cut === undefined ? {} : { cut }) };
  }
  return undefined;
}

export type PromptTexts = Pick<JudgePrompt, "system" | "user">;

function renderTurn({ turn, evaluateSafety }: TurnMaterial, prompts: Prompts, json: string): PromptTexts {
  const nonce = nonceFor(json);
  return {
    system: fillTemplate(prompts.text("turn"), {
      material: fillTemplate(prompts.text("material"), { nonce }).trim(),
      safety: evaluateSafety ? `\n${prompts.text("safety")}` : "",
    }),
    user: fillTemplate(prompts.text("turn-request"), {
      turn: String(turn.turn),
      count: String(toolCallsOf(turn).length),
      nonce,
      json,
    }),
  };
}

function describeTurn({ session, turn, earlier }: TurnMaterial, detail: TurnDetail, shorten: Shortening): Shown {
  const { systemPrompt } = session;
  const judged = showTurn(turn, detail, shorten);
  return {
    json: {
      agent: {
        system_prompt: systemPrompt === undefined ? null : shorten.text("system prompt", systemPrompt, detail.system),
        tools_offered: describeTools(session, turn, detail, shorten),
      },
      earlier_turns: describeEarlier(session, turn, earlier, detail.earlier, shorten),
      judged_turn: judged.json,
    },
    passages: judged.passages,
  };
}

function describeTools({ tools }: BuiltSession, turn: Turn, detail: TurnDetail, shorten: Shortening): JsonValue {
  const called = new Set(toolCallsOf(turn).map(({ name }) => name));
  return tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description: shorten.text("tool definitions", description, detail.tool) }),
    ...(parameters === undefined || !called.has(name)
      ? {}
      : { parameters: shorten.value("tool definitions", parameters, detail.tool) }),
  }));
}

const rawSummaryChars = 300;

function describeEarlier(
  session: BuiltSession,
  turn: Turn,
  judged: readonly TurnJudgement[],
  keep: number,
  shorten: Shortening,
): JsonValue {
  const before = session.turns.filter((earlier) => earlier.turn < turn.turn);
  const shown = before.slice(-Math.min(keep, before.length));
  if (shown.length < before.length) shorten.leaveOut(`the first ${before.length - shown.length} earlier turns`);
  const judgements = new Map(judged.map((judgement) => [judgement.turn, judgement]));
  return shown.map((earlier) => summarise(earlier, judgements.get(earlier.turn), shorten));
}

/** A turn by the judge's own summaries of it, or by the beginnings of its texts when it could not be judged. Never by its scores. */
export function summarise(turn: Turn, judgement: TurnJudgement | undefined, shorten: Shortening): JsonValue {
  if (judgement === undefined) {
    return {
      turn: turn.turn,
      user: shorten.text("earlier turns", turn.userContent, rawSummaryChars),
      ...(turn.attachments === undefined ? {} : { user_attached: nameAttachments(turn.attachments) }),
      calls: toolCallsOf(turn).map(({ name, error }) => (error === undefined ? name : `${name} (failed)`)),
      reply: shorten.text("earlier turns", turn.assistantContent ?? "", rawSummaryChars),
    };
  }
  return {
    turn: turn.turn,
    user: judgement.userSummary,
    calls: judgement.toolCalls.map(({ summary }) => summary),
    reply: judgement.assistantSummary,
  };
}
