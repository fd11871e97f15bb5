/** The prompt about one turn: the turn whole as long as it fits, the turns before it by their summaries. */
import { estimateTokens } from "../../llm/tokens.ts";
import type { Cut, TurnJudgement } from "../../model/judgement.ts";
import type { BuiltSession, JsonValue, ToolDefinition, Turn } from "../../model/session.ts";
import type { Finding } from "../rules/rule.ts";
import type { Passage } from "./evidence.ts";
import { nonceFor, toFencedJson } from "./fence.ts";
import { fillTemplate, joinSections, type Prompts } from "./prompts.ts";
import { findingsAbout, showFindings } from "./rule-facts.ts";
import { createShortening, exceeds, type Shortening } from "./shortening.ts";
import { showTurn, toolCallsOf, type Detail, type Shown } from "./shown-turn.ts";
import { summarise } from "./summarise.ts";

export interface JudgePrompt {
  readonly system: string;
  readonly user: string;
  /** Of the fence, in both texts. It is another one in each process, and makes no other question of it. */
  readonly nonce: string;
  /** The texts in it that can be cited, and where they stand. */
  readonly passages: readonly Passage[];
  /** What did not fit. */
  readonly cut?: Cut;
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
  /** So many of the tools that were offered, first those that were called. */
  readonly tools: number;
  /** So many of the turns before, the last ones. */
  readonly earlier: number;
  /** So many of what the rules found. */
  readonly findings: number;
}

/**
 * Tool results give way first, then the surroundings, and the turn's own texts last. However long the session is, no more of
 * it is looked at than the first of these says: a session's turns are judged one by one.
 */
const details: readonly TurnDetail[] = [
  {
    text: Infinity,
    arguments: Infinity,
    result: 8_000,
    system: Infinity,
    tool: 4_000,
    tools: 500,
    earlier: 300,
    findings: 20,
  },
  {
    text: Infinity,
    arguments: Infinity,
    result: 4_000,
    system: 12_000,
    tool: 2_000,
    tools: 200,
    earlier: 60,
    findings: 20,
  },
  {
    text: Infinity,
    arguments: Infinity,
    result: 2_000,
    system: 8_000,
    tool: 1_000,
    tools: 100,
    earlier: 40,
    findings: 20,
  },
  { text: Infinity, arguments: Infinity, result: 600, system: 4_000, tool: 300, tools: 60, earlier: 15, findings: 10 },
  { text: 8_000, arguments: 2_000, result: 300, system: 2_000, tool: 100, tools: 40, earlier: 5, findings: 10 },
  { text: 1_500, arguments: 400, result: 120, system: 500, tool: 40, tools: 20, earlier: 2, findings: 5 },
  { text: 300, arguments: 100, result: 60, system: 100, tool: 0, tools: 10, earlier: 1, findings: 3 },
];

/** Undefined when the turn does not fit into so many tokens even in its barest form. */
export function buildTurnPrompt(material: TurnMaterial, prompts: Prompts, maxTokens: number): JudgePrompt | undefined {
  const findings = findingsAbout(material.session, material.turn);
  for (const detail of details) {
    const shorten = createShortening();
    const { json, passages } = describeTurn(material, findings, detail, shorten);
    if (exceeds(shorten, maxTokens)) continue;
    const prompt = renderTurn(material, findings.length > 0, prompts, toFencedJson(json));
    const cut = shorten.account();
    if (estimateTokens(prompt.system + prompt.user) <= maxTokens) {
      return { ...prompt, passages, ...(cut === undefined ? {} : { cut }) };
    }
  }
  return undefined;
}

export type PromptTexts = Pick<JudgePrompt, "system" | "user" | "nonce">;

function renderTurn(
  { turn, evaluateSafety }: TurnMaterial,
  hasFindings: boolean,
  prompts: Prompts,
  json: string,
): PromptTexts {
  const nonce = nonceFor(json);
  const calls = toolCallsOf(turn).length;
  return {
    nonce,
    system: fillTemplate(prompts.text("turn"), {
      material: fillTemplate(prompts.text("material"), { nonce }).trim(),
      sections: joinSections(prompts, [evaluateSafety && "safety", calls > 0 && "tool-call", hasFindings && "checks"]),
    }),
    user: fillTemplate(prompts.text("turn-request"), {
      turn: String(turn.turn),
      count: String(calls),
      nonce,
      json,
    }),
  };
}

function describeTurn(
  { session, turn, earlier }: TurnMaterial,
  findings: readonly Finding[],
  detail: TurnDetail,
  shorten: Shortening,
): Shown {
  const { systemPrompt } = session;
  const judged = showTurn(turn, detail, shorten);
  return {
    json: {
      agent: {
        system_prompt: systemPrompt === undefined ? null : shorten.text("system_prompt", systemPrompt, detail.system),
        tools_offered: describeTools(session, turn, detail, shorten),
      },
      earlier_turns: describeEarlier(session, turn, earlier, detail.earlier, shorten),
      judged_turn: judged.json,
      ...(findings.length === 0 ? {} : { automatic_checks: showFindings(findings, detail.findings, shorten) }),
    },
    passages: judged.passages,
  };
}

function describeTools({ tools }: BuiltSession, turn: Turn, detail: TurnDetail, shorten: Shortening): JsonValue {
  const called = new Set(toolCallsOf(turn).map(({ name }) => name));
  const byUse = [...tools.filter(({ name }) => called.has(name)), ...tools.filter(({ name }) => !called.has(name))];
  for (const { name } of byUse.slice(detail.tools)) shorten.leaveOut("tool_definitions", name.length);
  return byUse.slice(0, detail.tools).map((tool) => describeTool(tool, called.has(tool.name), detail.tool, shorten));
}

function describeTool(
  { name, description, parameters }: ToolDefinition,
  wasCalled: boolean,
  maxChars: number,
  shorten: Shortening,
): JsonValue {
  return {
    name: shorten.text("tool_definitions", name, nameChars),
    ...(description === undefined ? {} : { description: shorten.text("tool_definitions", description, maxChars) }),
    ...(parameters === undefined || !wasCalled
      ? {}
      : { parameters: shorten.value("tool_definitions", parameters, maxChars) }),
  };
}

const nameChars = 200;

function describeEarlier(
  { turns }: BuiltSession,
  turn: Turn,
  judged: readonly TurnJudgement[],
  keep: number,
  shorten: Shortening,
): JsonValue {
  const end = turn.turn - 1;
  const start = Math.max(0, end - keep);
  if (start > 0) shorten.leaveOutTurns(1, start);
  const judgements = new Map(judged.slice(-keep).map((judgement) => [judgement.turn, judgement]));
  return turns.slice(start, end).map((earlier) => summarise(earlier, judgements.get(earlier.turn), shorten));
}
