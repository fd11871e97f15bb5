/** The prompt about a whole session: every turn in as much detail as fits, the middle by summaries, then left out. */
import { estimateTokens } from "../../llm/tokens.ts";
import type { TurnJudgement } from "../../model/judgement.ts";
import type { BuiltSession, JudgingOptions, Turn } from "../../model/session.ts";
import type { Finding } from "../rules/rule.ts";
import { nonceFor, toFencedJson } from "./fence.ts";
import { fillTemplate, joinSections, type Prompts } from "./prompts.ts";
import { findingsIn, showFindings } from "./rule-facts.ts";
import { createShortening, exceeds, type Shortening } from "./shortening.ts";
import { showTurn, type Detail, type Shown } from "./shown-turn.ts";
import { summarise } from "./summarise.ts";
import type { JudgePrompt, PromptTexts } from "./turn-prompt.ts";

export interface TrajectoryMaterial {
  readonly session: BuiltSession;
  readonly judging: JudgingOptions;
  readonly turns: readonly TurnJudgement[];
}

interface TrajectoryDetail extends Detail {
  readonly system: number;
  /** So many of the last turns are shown with their steps, the ones before by summaries. */
  readonly inFull: number;
  /** So many turns are shown at all: the first two, and the last. */
  readonly shown: number;
  /** So many of what the rules found. */
  readonly findings: number;
}

const details: readonly TrajectoryDetail[] = [
  {
    text: Infinity,
    arguments: Infinity,
    result: 4_000,
    system: Infinity,
    inFull: Infinity,
    shown: Infinity,
    findings: 30,
  },
  { text: 4_000, arguments: 1_000, result: 800, system: 8_000, inFull: Infinity, shown: Infinity, findings: 30 },
  { text: 1_000, arguments: 300, result: 200, system: 4_000, inFull: Infinity, shown: Infinity, findings: 30 },
  { text: 1_000, arguments: 300, result: 200, system: 4_000, inFull: 5, shown: Infinity, findings: 30 },
  { text: 1_000, arguments: 300, result: 200, system: 2_000, inFull: 3, shown: 60, findings: 20 },
  { text: 500, arguments: 200, result: 100, system: 1_000, inFull: 2, shown: 20, findings: 10 },
  { text: 300, arguments: 100, result: 60, system: 300, inFull: 0, shown: 6, findings: 5 },
];

const firstTurns = 2;
const instructionsChars = 8_000;

/** Undefined when the session does not fit into so many tokens even in its barest form. */
export function buildTrajectoryPrompt(
  material: TrajectoryMaterial,
  prompts: Prompts,
  maxTokens: number,
): JudgePrompt | undefined {
  const findings = findingsIn(material.session);
  for (const detail of details) {
    const shorten = createShortening();
    const instructions = shorten.text("instructions", material.judging.instructions?.trim() ?? "", instructionsChars);
    const { json, passages } = describeSession(material, findings, detail, shorten);
    if (exceeds(shorten, maxTokens)) continue;
    const prompt = renderTrajectory(
      material,
      { instructions, hasFindings: findings.length > 0 },
      prompts,
      toFencedJson(json),
    );
    const cut = shorten.account();
    if (estimateTokens(prompt.system + prompt.user) <= maxTokens) {
      return { ...prompt, passages, ...(cut === undefined ? {} : { cut }) };
    }
  }
  return undefined;
}

function renderTrajectory(
  { session, judging }: TrajectoryMaterial,
  { instructions, hasFindings }: { readonly instructions: string; readonly hasFindings: boolean },
  prompts: Prompts,
  json: string,
): PromptTexts {
  const nonce = nonceFor(json);
  return {
    nonce,
    system: fillTemplate(prompts.text("trajectory"), {
      material: fillTemplate(prompts.text("material"), { nonce }).trim(),
      sections: joinSections(prompts, [
        judging.evaluateSafety && "safety",
        instructions !== "" && "instructions",
        hasFindings && "checks",
      ]),
    }),
    user: fillTemplate(prompts.text("trajectory-request"), {
      turns: String(session.turns.length),
      owner: instructions !== "" ? `OWNER INSTRUCTIONS ${toFencedJson(instructions)}\n` : "",
      nonce,
      json,
    }),
  };
}

function describeSession(
  material: TrajectoryMaterial,
  findings: readonly Finding[],
  detail: TrajectoryDetail,
  shorten: Shortening,
): Shown {
  const { turns, systemPrompt } = material.session;
  const judgements = new Map(material.turns.map((judgement) => [judgement.turn, judgement]));
  const leaveOut = Math.max(0, turns.length - detail.shown);
  if (leaveOut > 0) shorten.leaveOutTurns(firstTurns + 1, firstTurns + leaveOut);
  const shown = turns.flatMap((turn, position) => {
    if (position >= firstTurns && position < firstTurns + leaveOut) return [];
    if (position >= turns.length - detail.inFull) return [citedByTurn(turn, showTurn(turn, detail, shorten))];
    return [citedByTurn(turn, { json: summarise(turn, judgements.get(turn.turn), shorten), passages: [] })];
  });
  return {
    json: {
      agent_system_prompt:
        systemPrompt === undefined ? null : shorten.text("system_prompt", systemPrompt, detail.system),
      turns: shown.map(({ json }) => json),
      ...(findings.length === 0 ? {} : { automatic_checks: showFindings(findings, detail.findings, shorten) }),
    },
    passages: shown.flatMap(({ passages }) => passages),
  };
}

/** In a trajectory the turn's number is what is cited; it stands for the turn's beginning. */
function citedByTurn(turn: Turn, { json, passages }: Shown): Shown {
  const start = { at: turn.turn, text: "", messageIndex: turn.messageIndex };
  return { json, passages: [start, ...passages.map((passage) => ({ ...passage, at: turn.turn }))] };
}
