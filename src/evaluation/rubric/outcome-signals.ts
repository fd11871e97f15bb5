/**
 * What about a session tells whether it failed, beside findings that are enough by themselves: how much was asked of the agent,
 * how the talk went, where rules looked. None is a fault of its own. Nothing here knows a domain: no tool, no object, no text of one.
 */
import { complains, regrets, setsCondition, wantsComparison } from "../rules/reading/dialogue.ts";
import type { SessionReading, TurnReading } from "../rules/reading/session-reading.ts";
import { leavesOpen } from "../rules/reading/spoken.ts";
import { unreadRecords } from "../rules/unread-record.ts";
import type { Finding } from "../rules/rule.ts";

export interface Signal {
  readonly name: string;
  /** From 0 (not there) to 1 (as much as counts). */
  readonly value: number;
  /** A clause that a reader can check. */
  readonly says: string;
  /** It says how much was asked of the agent, and nothing of how that went. */
  readonly isLoad: boolean;
}

const load: ReadonlySet<string> = new Set(["length", "words", "conditions", "comparisons"]);

/** All that are there. */
export function measureSignals(session: SessionReading, findings: readonly Finding[]): readonly Signal[] {
  const told = Object.entries(measures).flatMap(([name, measure]) => {
    const { value, says } = measure(session);
    return value > 0 ? [{ name, value, says, isLoad: load.has(name) }] : [];
  });
  return [...told, ...foundByRules(findings)];
}

type Measure = (session: SessionReading) => Pick<Signal, "value" | "says">;

const measures: Readonly<Record<string, Measure>> = {
  /** The longer, the more can go wrong. */
  length: ({ turns }) => {
    const messages = turns.length + turns.reduce((sum, { turn }) => sum + turn.steps.length, 0);
    return { value: Math.min(1, Math.log2(1 + messages) / 7), says: `the session has ${messages} messages and calls` };
  },
  words: ({ turns }) => {
    const length = turns.reduce((sum, { turn }) => sum + turn.userContent.length, 0);
    return { value: Math.min(1, length / 3_000), says: `the user wrote ${length} characters` };
  },
  conditions: ({ turns }) => {
    const count = turns.filter(({ turn }) => setsCondition(turn.userContent)).length;
    return { value: count / Math.max(1, turns.length), says: `${count} messages of the user set conditions` };
  },
  comparisons: (session) => {
    const count = followUps(session).filter(({ turn }) => wantsComparison(turn.userContent)).length;
    return { value: upTo(4, count), says: `${count} messages of the user ask to compare or to add up` };
  },
  complaints: (session) => {
    const count = followUps(session).filter(({ turn }) => complains(turn.userContent)).length;
    return { value: upTo(4, count), says: `${count} messages of the user say that something is still as it was` };
  },
  unread_records: (session) => {
    const { records } = unreadRecords(session);
    return {
      value: upTo(4, records.length),
      says: `${records.length} records were named by a tool and never looked up`,
    };
  },
  failed_changes: ({ turns }) => {
    const calls = turns.flatMap((turn) => turn.calls);
    const count = calls.filter((call) => call.effect === "write" && call.failure !== undefined).length;
    return { value: upTo(2, count), says: `${count} changes failed` };
  },
  late_handover: ({ turns }) => ({
    value: turns.length >= 8 && turns.some((turn) => turn.handedOver) ? 1 : 0,
    says: `after much talk (${turns.length} turns) the user was handed over to a person`,
  }),
  open_end: (session) => ({
    value: leavesOpen(lastReply(session)) ? 1 : 0,
    says: "the last reply asks something that stayed unanswered",
  }),
  refused_end: (session) => ({
    value: regrets(lastReply(session)) ? 1 : 0,
    says: "the last reply says no to something",
  }),
};

const upTo = (most: number, count: number): number => Math.min(most, count) / most;
const followUps = ({ turns }: SessionReading): readonly TurnReading[] => turns.slice(1);
const lastReply = ({ turns }: SessionReading): string =>
  turns.findLast(({ turn, reply }) => turn.steps.length > 0 || reply !== "")?.reply ?? "";

/** Rules whose findings tell more than their severity says. Whatever a rule finds, it is one signal. */
const telling: ReadonlySet<string> = new Set([
  "agreed-not-done",
  "failed-call",
  "loop",
  "no-reply",
  "other-record",
  "repeated-write",
  "stall",
  "unaddressed-goal",
  "unconfirmed-write",
  "ungrounded-argument",
]);

function foundByRules(findings: readonly Finding[]): readonly Signal[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    if (telling.has(finding.rule) && !first.has(finding.rule)) first.set(finding.rule, finding);
  }
  return [...first.values()].map(({ rule, reasoning }) => ({
    name: rule.replaceAll("-", "_"),
    value: 1,
    says: reasoning.replace(/\.$/, ""),
    isLoad: false,
  }));
}
