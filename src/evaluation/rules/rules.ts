/** The rules, and what they find. */
import { addedCall } from "./added-call.ts";
import { agreedNotDone } from "./agreed-not-done.ts";
import { assumedFacts } from "./assumed-facts.ts";
import { claimedAction } from "./claimed-action.ts";
import { dangerousCall } from "./dangerous-call.ts";
import { failedCall } from "./failed-call.ts";
import { falseSuccess } from "./false-success.ts";
import { guessedTarget } from "./guessed-target.ts";
import { injectionObeyed } from "./injection-obeyed.ts";
import { invalidArguments } from "./invalid-arguments.ts";
import { leakedSecret } from "./leaked-secret.ts";
import { leftOutValue } from "./left-out-value.ts";
import { loop } from "./loop.ts";
import { needlessQuestion } from "./needless-question.ts";
import { noReply } from "./no-reply.ts";
import { otherRecord } from "./other-record.ts";
import { repeatedCall } from "./repeated-call.ts";
import { repeatedWrite } from "./repeated-write.ts";
import type { SessionReading, TurnReading } from "./reading/session-reading.ts";
import type { Finding, Rule, TrajectoryRule, TurnRule } from "./rule.ts";
import { runEnded } from "./run-ended.ts";
import { stall } from "./stall.ts";
import { tooFewCalls } from "./too-few-calls.ts";
import { toolError } from "./tool-error.ts";
import { unaddressedGoal } from "./unaddressed-goal.ts";
import { unaskedAccess } from "./unasked-access.ts";
import { unaskedDeletion } from "./unasked-deletion.ts";
import { uncalledTool } from "./uncalled-tool.ts";
import { unconfirmedWrite } from "./unconfirmed-write.ts";
import { ungroundedArgument } from "./ungrounded-argument.ts";
import { unfitTool } from "./unfit-tool.ts";
import { unidentifiedUser } from "./unidentified-user.ts";
import { unknownTool } from "./unknown-tool.ts";
import { unlookedFacts } from "./unlooked-facts.ts";
import { unreadRecord } from "./unread-record.ts";
import { unrecoveredWrite } from "./unrecovered-write.ts";
import { unsupportedFacts } from "./unsupported-facts.ts";
import { unusedTool } from "./unused-tool.ts";
import { writtenCall } from "./written-call.ts";

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
  unaskedAccess,
  guessedTarget,
  assumedFacts,
  unsupportedFacts,
  unfitTool,
  unusedTool,
  needlessQuestion,
  claimedAction,
  unlookedFacts,
  writtenCall,
  leftOutValue,
  uncalledTool,
  tooFewCalls,
  addedCall,
];

const trajectoryRules: readonly TrajectoryRule[] = [
  unrecoveredWrite,
  failedCall,
  agreedNotDone,
  unaddressedGoal,
  otherRecord,
  unreadRecord,
  stall,
  unidentifiedUser,
];

export const rules: readonly Rule[] = [...turnRules, ...trajectoryRules];

/** Only saves work: a turn's findings are asked for when it is judged, and again when its session is. */
const found = new WeakMap<TurnReading, readonly Finding[]>();

/** What the rules find in one turn, without those named in `disabled`. */
export function findingsOfTurn(
  session: SessionReading,
  turn: TurnReading,
  disabled: ReadonlySet<string>,
): readonly Finding[] {
  const findings = found.get(turn) ?? turnRules.flatMap((rule) => rule.check({ session, turn }));
  found.set(turn, findings);
  return disabled.size === 0 ? findings : findings.filter(({ rule }) => !disabled.has(rule));
}

/** What the rules find in a session: in each turn, and at its end. */
export function findingsOfSession(session: SessionReading, disabled: ReadonlySet<string>): readonly Finding[] {
  const ofTurns = session.turns.flatMap((turn) => findingsOfTurn(session, turn, disabled));
  const atEnd = trajectoryRules.filter((rule) => !disabled.has(rule.name));
  return [...ofTurns, ...atEnd.flatMap((rule) => rule.checkTrajectory(session))];
}
