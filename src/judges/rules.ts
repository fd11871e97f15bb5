/** The offline judge: rules with evidence. It needs no key, never refuses, and says the same thing every time. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { selectionFields } from "../component/judge-selection.ts";
import type { Judge, JudgeFactory, TrajectoryContext, TurnContext } from "../component/judge.ts";
import type { OutcomeWeights } from "../evaluation/rubric/outcome-risk.ts";
import { outcomeWeights } from "../evaluation/rubric/outcome-weights.ts";
import { scoreTrajectory } from "../evaluation/rubric/score-trajectory.ts";
import { scoreDimensions, scoreToolCalls, scoreTurn } from "../evaluation/rubric/score-turn.ts";
import { summariseAssistant, summariseUser } from "../evaluation/rubric/summarise-turn.ts";
import { readingOf } from "../evaluation/rules/reading/reading-of.ts";
import type { SessionReading } from "../evaluation/rules/reading/session-reading.ts";
import type { Finding } from "../evaluation/rules/rule.ts";
import { findingsOfSession, findingsOfTurn, rules } from "../evaluation/rules/rules.ts";
import { JudgeError } from "../model/errors.ts";
import type { Evidence, JudgeIdentity, TurnJudgement } from "../model/judgement.ts";

const configSchema = z.strictObject({
  /** Names of rules that shall not be applied. */
  disable: z.array(z.enum(rules.map((rule) => rule.name))).default([]),
  ...selectionFields,
});

export type RulesJudgeConfig = z.infer<typeof configSchema>;

export const rulesJudge: JudgeFactory<RulesJudgeConfig> = {
  type: "rules",
  description: "Judges offline by deterministic rules, each finding with its evidence.",
  configSchema,
  create: ({ disable, sample, when }, { id }) => ({
    ...createRulesJudge(id, new Set(disable)),
    selection: { sample, when },
  }),
};

/** `weights`: those that the benchmark fitted on other conversations than it judges, or the ones that are shipped. */
export function createRulesJudge(
  name: string,
  disabled: ReadonlySet<string>,
  weights: OutcomeWeights = outcomeWeights,
): Judge {
  const identity: JudgeIdentity = { name, version: versionOf(disabled, weights) };
  return {
    identity,
    judgeTurn: async ({ session, turn }) => judgeTurn(readingOf(session), turn.turn, disabled, identity),
    judgeTrajectory: async ({ session }: TrajectoryContext) => {
      const reading = readingOf(session);
      const findings = findingsOfSession(reading, disabled);
      return { ...scoreTrajectory(reading, findings, weights), evidence: evidenceOf(findings), judge: identity };
    },
  };
}

/** Changes with any rule's version, with the choice of rules and with the weights. */
function versionOf(disabled: ReadonlySet<string>, weights: OutcomeWeights): string {
  const applied = rules.filter((rule) => !disabled.has(rule.name)).map((rule) => `${rule.name}@${rule.version}`);
  const judged = `${applied.join("\n")}\n${JSON.stringify(weights)}`;
  return createHash("sha256").update(judged).digest("hex").slice(0, 16);
}

function judgeTurn(
  session: SessionReading,
  number: TurnContext["turn"]["turn"],
  disabled: ReadonlySet<string>,
  judge: JudgeIdentity,
): TurnJudgement {
  const reading = session.turns[number - 1];
  if (reading?.turn.turn !== number) {
    throw new JudgeError("turn_unknown", `The session has no turn ${number}.`, { retryable: false });
  }
  const findings = findingsOfTurn(session, reading, disabled);
  return {
    turn: number,
    ...scoreTurn(reading, findings),
    userSummary: summariseUser(reading.turn),
    userContent: reading.turn.userContent,
    assistantSummary: summariseAssistant(reading.turn),
    assistantContent: reading.reply,
    toolCalls: scoreToolCalls(reading, findings),
    dimensions: scoreDimensions(reading, session, findings),
    evidence: evidenceOf(findings),
    judge,
  };
}

const evidenceOf = (findings: readonly Finding[]): readonly Evidence[] => findings.map((finding) => finding.evidence);
