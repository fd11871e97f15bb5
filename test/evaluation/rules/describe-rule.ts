/** The test of a rule: conversations on which it fires, and, as important, conversations on which it must not. */
import { describe, expect, it } from "vitest";
import { readSession } from "../../../src/evaluation/rules/reading/session-reading.ts";
import type { Finding, Rule } from "../../../src/evaluation/rules/rule.ts";
import { rules } from "../../../src/evaluation/rules/rules.ts";
import type { ChatMessage } from "../../../src/model/message.ts";
import type { BuiltSession, JsonValue } from "../../../src/model/session.ts";
import { sessionOf } from "../conversation.ts";

export interface RuleCase {
  /** Completes "fires on …" or "is silent about …". */
  readonly name: string;
  readonly messages: readonly (readonly ChatMessage[])[];
  readonly tools?: readonly JsonValue[];
  readonly change?: (session: BuiltSession) => BuiltSession;
  /** What the (first) finding must say. */
  readonly expect?: Partial<Finding>;
  readonly reasoning?: RegExp;
}

export function describeRule(
  rule: Rule,
  cases: { readonly fires: readonly RuleCase[]; readonly silent: readonly RuleCase[] },
): void {
  describe(`rule ${rule.name}`, () => {
    it("is in the list", () => {
      expect(rules).toContain(rule);
      expect(rule.description).toMatch(/^[A-Z].*\.$/);
    });
    it.each(cases.fires)("fires on $name", (each) => {
      const found = findingsOf(rule, each);
      expect(found).not.toEqual([]);
      expect(found[0]).toMatchObject({ rule: rule.name, ...each.expect });
      expect(found[0]?.reasoning).toMatch(each.reasoning ?? /./);
      for (const { reasoning, evidence } of found) {
        expect(reasoning.length).toBeGreaterThan(20);
        expect(evidence.quote).toBeTruthy();
        expect(evidence.messageIndex).toBeTypeOf("number");
      }
    });
    it.each(cases.silent)("is silent about $name", (each) => {
      expect(findingsOf(rule, each)).toEqual([]);
    });
  });
}

export function findingsOf(rule: Rule, { messages, tools, change }: Omit<RuleCase, "name">): readonly Finding[] {
  const built = sessionOf(messages, tools);
  const session = readSession(change === undefined ? built : change(built));
  return "check" in rule
    ? session.turns.flatMap((turn) => rule.check({ session, turn }))
    : rule.checkTrajectory(session);
}
