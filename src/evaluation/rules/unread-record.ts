import { callEvidence } from "./finding-of.ts";
import { leavesOf } from "./reading/json-leaves.ts";
import type { CallReading, SessionReading } from "./reading/session-reading.ts";
import type { TrajectoryRule } from "./rule.ts";

/**
 * Tools named records (orders, bookings) of the kind that the agent looked up, and it looked up only some. What the user
 * meant may be in one of the others. Fired on 240 of 680 labelled conversations, of which 124 had failed (44 % of all
 * had); the more records, the more.
 */
export const unreadRecord: TrajectoryRule = {
  name: "unread-record",
  version: 1,
  description:
    "Records that a tool named were not looked up, though others like them were; no verdict by itself; told once.",
  checkTrajectory: (session) => {
    const { records, source } = unreadRecords(session);
    const [first] = records;
    if (first === undefined || source === undefined) return [];
    return [
      {
        rule: "unread-record",
        dimension: "unnecessary_actions",
        severity: "note",
        turn: source.turn,
        toolCall: source.index,
        reasoning: `${source.call.name.slice(0, 80)} named ${first.slice(0, 40)}${records.length > 1 ? ` and ${records.length - 1} more` : ""}, never looked up, though others like it were.`,
        evidence: callEvidence(source, first),
      },
    ];
  },
};

/** The records, in the order in which tools named them, and the call that named the first. */
export function unreadRecords({ turns }: SessionReading): {
  readonly records: readonly string[];
  readonly source?: CallReading;
} {
  const calls = turns.flatMap((turn) => turn.calls).filter((call) => call.succeeded);
  const read = new Set(
    calls.filter((call) => call.effect !== "write").flatMap((call) => identifiersIn(call.call.arguments)),
  );
  const kinds = new Set([...read].map(shapeOf));
  const unread = new Map<string, CallReading>();
  for (const call of calls) {
    for (const record of identifiersIn(call.call.result ?? null)) {
      if (!read.has(record) && !unread.has(record) && isRecordName(record) && kinds.has(shapeOf(record)))
        unread.set(record, call);
    }
  }
  const source = [...unread.values()][0];
  return { records: [...unread.keys()], ...(source !== undefined && { source }) };
}

const identifiersIn = (value: Parameters<typeof leavesOf>[0]): readonly string[] =>
  [...leavesOf(value)].flatMap(({ value: each }) =>
    typeof each === "string" && each.length <= 80 && /\d/.test(each) ? [each] : [],
  );

/** Bare numbers and dates name too many other things. */
const isRecordName = (text: string): boolean => /^.{5,23}$/.test(text) && !/^\d+$|^\d{4}-\d\d/.test(text);

/** Which characters stand where: `#W12` and `#W97` are of one kind. */
const shapeOf = (text: string): string =>
  text
    .replace(/\d/g, "9")
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{Ll}/gu, "a");
