import type { Claim } from "../component/store.ts";

/** What a claim wishes of a judge or an evaluator; undefined: nothing, as it names another one and nothing else is to be done. */
export function wishedOf(name: string, claim: Claim): Claim | undefined {
  const { rejudgeBy, backfill, ...ordinary } = claim;
  const only = rejudgeBy ?? backfill?.judge;
  if (only === undefined || only === name) return claim;
  return claim.isDue === true ? { ...ordinary, rejudge: false } : undefined;
}
