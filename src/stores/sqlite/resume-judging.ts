import type { WriteContext } from "./write-context.ts";

/** Whoever waits for a judge need not wait for what it waited for: the judge's settings may have been mended. */
const wakeSql = [
  "UPDATE sessions SET due_ms = 0 WHERE due_ms > @now",
  "UPDATE sessions SET backfill_ms = 0 WHERE backfill > 0 AND backfill_ms > @now",
];

/** What whoever judges does first. `cleanUp`: what a predecessor left of its calls. */
export function createResumeJudging({ db, now }: Pick<WriteContext, "db" | "now">, cleanUp: () => void) {
  const wakes = wakeSql.map((sql) => db.prepare(sql));
  return (): void => {
    cleanUp();
    for (const wake of wakes) wake.run({ now: now() });
  };
}
