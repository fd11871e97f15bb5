import { addSpend, noSpend, refusalOf, type SpendAccount, type SpendLedger, type SpendState } from "../model/spend.ts";

/** A ledger for where nothing is stored: it knows of this process only, and forgets. */
export function createMemoryLedger(): SpendLedger {
  const states = new Map<string, SpendState>();
  const stateOf = (key: string): SpendState => states.get(key) ?? { spent: noSpend, reserved: noSpend };
  return {
    async reserve(account, amount, ceilings) {
      const keys = keysOf(account);
      const known = Object.fromEntries(keys.map(([kind, key]) => [kind, stateOf(key)]));
      const refusal = refusalOf(known, amount, ceilings);
      if (refusal !== undefined) return refusal;
      for (const [, key] of keys) {
        const { spent, reserved } = stateOf(key);
        states.set(key, { spent, reserved: addSpend(reserved, amount) });
      }
      return undefined;
    },
    async settle(account, amount, cost) {
      for (const [, key] of keysOf(account)) {
        const { spent, reserved } = stateOf(key);
        states.set(key, { spent: addSpend(spent, cost), reserved: addSpend(reserved, amount, -1) });
      }
    },
  };
}

function keysOf({ judge, ref, day }: SpendAccount): readonly (readonly [kind: string, key: string])[] {
  const ofDay = ["day", JSON.stringify(["day", judge, day])] as const;
  if (ref === undefined) return [ofDay];
  return [
    ["session", JSON.stringify(["session", judge, ref.project, ref.id])],
    ["project", JSON.stringify(["project", judge, ref.project, day])],
    ofDay,
  ];
}
