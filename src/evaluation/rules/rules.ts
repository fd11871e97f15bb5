/** The rules, and what they find. */
import { assumedFacts } from "./assumed-facts.ts";
import { dangerousCall } from "./dangerous-call.ts";
import { failedCall } from "./failed-call.ts";
import { falseSuccess } from "./false-success.ts";
import { injectionObeyed } from "./injection-obeyed.ts";
import { invalidArguments } from "./invalid-arguments.ts";
import { leakedSecret } from "./leaked-secret.ts";
import { loop } from "./loop.ts";
import { noReply } from "./no-reply.ts";
import { repeatedCall } from "./repeated-call.ts";
import { repeatedWrite } from "./repeated-write.ts";
import type { SessionReading, TurnReading } from "./reading/session-reading.ts";
import type { Finding, Rule, TrajectoryRule, TurnRule } from "./rule.ts";
import { runEnded } from "./run-ended.ts";
import { toolError } from "./tool-error.ts";
import { unaskedDeletion } from "./unasked-deletion.ts";
import { unconfirmedWrite } from "./unconfirmed-write.ts";
import { ungroundedArgument } from "./ungrounded-argument.ts";
import { unknownTool } from "./unknown-tool.ts";
import { unrecoveredWrite } from "./unrecovered-write.ts";

const turnRules: readonly TurnRule[] = [
  ungroundedArgument,
  unknownTool,
  invalidArguments,
  toolError,
  falseSuccess,
  repeatedCall,
  repeatedWrite,
  loop,
  noReply,
  runEnded,
  unconfirmedWrite,
  injectionObeyed,
  dangerousCall,
  leakedSecret,
  unaskedDeletion,
  assumedFacts,
];

const trajectoryRules: readonly TrajectoryRule[] = [unrecoveredWrite, failedCall];

export const rules: readonly Rule[] = [...turnRules, ...trajectoryRules];

/** What the rules find in one turn, without those named in `disabled`. */
export const findingsOfTurn = (
  session: SessionReading,
  turn: TurnReading,
  disabled: ReadonlySet<string>,
): readonly Finding[] =>
  turnRules.filter((rule) => !disabled.has(rule.name)).flatMap((rule) => rule.check({ session, turn }));

/** What the rules find in a session: in each turn, and at its end. */
export function findingsOfSession(session: SessionReading, disabled: ReadonlySet<string>): readonly Finding[] {
  const ofTurns = session.turns.flatMap((turn) => findingsOfTurn(session, turn, disabled));
  const atEnd = trajectoryRules.filter((rule) => !disabled.has(rule.name));
  return [...ofTurns, ...atEnd.flatMap((rule) => rule.checkTrajectory(session))];
}
