/** The offline judge: rules with evidence. It needs no key, never refuses, and says the same thing every time. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Judge, JudgeFactory, TrajectoryContext, TurnContext } from "../component/judge.ts";
import { scoreTrajectory } from "../evaluation/rubric/score-trajectory.ts";
import { scoreDimensions, scoreToolCalls, scoreTurn } from "../evaluation/rubric/score-turn.ts";
import { summariseAssistant, summariseUser } from "../evaluation/rubric/summarise-turn.ts";
import { readSession, type SessionReading } from "../evaluation/rules/reading/session-reading.ts";
import type { Finding } from "../evaluation/rules/rule.ts";
import { findingsOfSession, findingsOfTurn, rules } from "../evaluation/rules/rules.ts";
import { JudgeError } from "../model/errors.ts";
import type { Evidence, JudgeIdentity, TrajectoryJudgement, TurnJudgement } from "../model/judgement.ts";
import type { BuiltSession } from "../model/session.ts";

const configSchema = z.strictObject({
  /** Names of rules that shall not be applied. */
  disable: z.array(z.enum(rules.map((rule) => rule.name))).default([]),
});

export type RulesJudgeConfig = z.infer<typeof configSchema>;

export const rulesJudge: JudgeFactory<RulesJudgeConfig> = {
  type: "rules",
  description: "Judges offline by deterministic rules, each finding with its evidence.",
  configSchema,
  create: ({ disable }, { id }) => createRulesJudge(id, new Set(disable)),
};

function createRulesJudge(name: string, disabled: ReadonlySet<string>): Judge {
  const identity: JudgeIdentity = { name, version: versionOf(disabled) };
  // Only saves work: the turns of a session are judged one after the other, and reading it takes one pass.
  const readings = new WeakMap<BuiltSession, SessionReading>();
  const read = (session: BuiltSession): SessionReading => {
    const reading = readings.get(session) ?? readSession(session);
    readings.set(session, reading);
    return reading;
  };
  return {
    identity,
    judgeTurn: async ({ session, turn }) => judgeTurn(read(session), turn.turn, disabled, identity),
    judgeTrajectory: async ({ session }: TrajectoryContext) => judgeTrajectory(read(session), disabled, identity),
  };
}

/** Changes with any rule's version and with the choice of rules. */
function versionOf(disabled: ReadonlySet<string>): string {
  const applied = rules.filter((rule) => !disabled.has(rule.name)).map((rule) => `${rule.name}@${rule.version}`);
  return createHash("sha256").update(applied.join("\n")).digest("hex").slice(0, 16);
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

function judgeTrajectory(
  session: SessionReading,
  disabled: ReadonlySet<string>,
  judge: JudgeIdentity,
): TrajectoryJudgement {
  const findings = findingsOfSession(session, disabled);
  return { ...scoreTrajectory(session, findings), evidence: evidenceOf(findings), judge };
}

const evidenceOf = (findings: readonly Finding[]): readonly Evidence[] => findings.map((finding) => finding.evidence);
