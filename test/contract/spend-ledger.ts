/** What every ledger of spend must do: each sentence of `SpendLedger` in src/model/spend.ts. */
import { describe, expect, test } from "vitest";
import type { SessionRef } from "../../src/component/store.ts";
import type { Spend, SpendAccount, SpendCeilings, SpendLedger } from "../../src/model/spend.ts";

export interface LedgerUnderTest {
  readonly ledger: SpendLedger;
  /** Two sessions of one project, and one of another. */
  readonly refs: readonly [SessionRef, SessionRef, SessionRef];
}

const day = 20_000;
const spend = (tokens: number, nanoUsd = 0): Spend => ({ tokens, nanoUsd });

export function describeSpendLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: a ledger of spend`, () => {
    const account = (ref: SessionRef | undefined, fields: Partial<SpendAccount> = {}): SpendAccount => ({
      judge: "llm",
      day,
      ...(ref === undefined ? {} : { ref }),
      ...fields,
    });
    const cases: readonly [what: string, ceilings: SpendCeilings, isShared: readonly boolean[]][] = [
      ["a session holds for it alone", { session: { tokens: 100 } }, [true, false, false, true]],
      ["a project holds for its sessions on that day", { project: { tokens: 100 } }, [true, true, false, false]],
      ["a day holds for all projects on that day", { day: { tokens: 100 } }, [true, true, true, false]],
      ["a day in dollars holds, too", { day: { usd: 1e-6 } }, [true, true, true, false]],
    ];
    test.each(cases)("the ceiling of %s", async (_, ceilings, isShared) => {
      const { ledger, refs } = await create();
      const [one, two, elsewhere] = refs;
      expect(await ledger.reserve(account(one), spend(60, 600), ceilings)).toBeUndefined();
      const others = [account(one), account(two), account(elsewhere), account(one, { day: day + 1 })];
      for (const [index, other] of others.entries()) {
        const refusal = await ledger.reserve(other, spend(60, 600), ceilings);
        expect([index, refusal === undefined]).toEqual([index, !isShared[index]]);
      }
      expect(await ledger.reserve(account(one, { judge: "other" }), spend(60, 600), ceilings)).toBeUndefined();
    });

    test("a call costs what it did cost, not what was set aside for it", async () => {
      const { ledger, refs } = await create();
      const [one] = refs;
      const ceilings = { session: { tokens: 100 }, project: { tokens: 100 }, day: { tokens: 100 } };
      await ledger.reserve(account(one), spend(90), ceilings);
      expect(await ledger.reserve(account(one), spend(20), ceilings)).toEqual({ ceiling: "session", isSpent: false });
      await ledger.settle(account(one), spend(90), spend(70));
      expect(await ledger.reserve(account(one), spend(30), ceilings)).toBeUndefined();
      await ledger.settle(account(one), spend(30), spend(30));
      expect(await ledger.reserve(account(one), spend(1), ceilings)).toEqual({ ceiling: "session", isSpent: true });
    });

    test("what is refused sets nothing aside", async () => {
      const { ledger, refs } = await create();
      const [one] = refs;
      const ceilings = { day: { tokens: 100 } };
      expect(await ledger.reserve(account(one), spend(101), ceilings)).toEqual({ ceiling: "day", isSpent: true });
      expect(await ledger.reserve(account(one), spend(100), ceilings)).toBeUndefined();
    });

    test("however many calls are begun at once, they stay below the ceiling together", async () => {
      const { ledger, refs } = await create();
      const begun = await Promise.all(
        Array.from({ length: 200 }, async (_, index) =>
          ledger.reserve(account(refs[index % 3]), spend(7), { day: { tokens: 100 } }),
        ),
      );
      expect(begun.filter((refusal) => refusal === undefined)).toHaveLength(14);
    });

    test("a call about no stored session counts for the day", async () => {
      const { ledger } = await create();
      const ceilings = { session: { tokens: 1 }, project: { tokens: 1000 }, day: { tokens: 100 } };
      expect(await ledger.reserve(account(undefined), spend(60), ceilings)).toBeUndefined();
      expect(await ledger.reserve(account(undefined), spend(60), ceilings)).toEqual({ ceiling: "day", isSpent: false });
    });
  });
}
