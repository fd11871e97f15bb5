import { callEvidence, textOf } from "./finding-of.ts";
import { isRecord, leavesOf, memberOf } from "./reading/json-leaves.ts";
import type { CallReading } from "./reading/session-reading.ts";
import type { TrajectoryRule } from "./rule.ts";

const identifying = /(?:^|_)(?:id|phone|number|email)|(?:Id|Number)$/;
/** A record of more members is looked at in part. */
const mostMembers = 100;

/**
 * What was looked up contradicts what it was looked up by: the user's phone number is one, the record's another. It may be a
 * step on the way to the right record. Fired on 114 of 680 labelled conversations, of which 71 had failed (44 % of all had).
 */
export const otherRecord: TrajectoryRule = {
  name: "other-record",
  version: 1,
  description:
    "A tool answered with a record whose identifier is none of those that calls so far had named under that key; no verdict by itself; told once.",
  checkTrajectory: ({ turns }) => {
    const named = new Map<string, Set<string>>();
    for (const call of turns.flatMap((turn) => turn.calls)) {
      for (const { key, value } of leavesOf(call.call.arguments)) {
        if (typeof value === "string") (named.get(key) ?? setIn(named, key)).add(value);
      }
      const key = otherKeyOf(call, named);
      if (key !== undefined) return [findingOf(call, key)];
    }
    return [];
  },
};

function setIn(named: Map<string, Set<string>>, key: string): Set<string> {
  const values = new Set<string>();
  named.set(key, values);
  return values;
}

function otherKeyOf({ call, succeeded }: CallReading, named: ReadonlyMap<string, ReadonlySet<string>>) {
  const { result } = call;
  if (!succeeded || !isRecord(result)) return undefined;
  return Object.keys(result)
    .slice(0, mostMembers)
    .find((key) => {
      const value = memberOf(result, key);
      const known = named.get(key);
      return typeof value === "string" && known !== undefined && identifying.test(key) && !known.has(value);
    });
}

const findingOf = (call: CallReading, key: string) =>
  ({
    rule: "other-record",
    dimension: "wrong_tool_usage",
    severity: "note",
    turn: call.turn,
    toolCall: call.index,
    reasoning: `${call.call.name.slice(0, 80)} answered with a record whose ${key.slice(0, 40)} is none that had been asked for.`,
    evidence: callEvidence(call, `${key}: ${textOf(memberOf(call.call.result, key))}`),
  }) as const;
