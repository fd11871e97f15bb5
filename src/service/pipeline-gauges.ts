/** The judge pipeline's numbers that the store must be asked for. */
import type { Logger, Telemetry } from "../component/component.ts";
import type { Evaluator } from "../component/evaluator.ts";
import type { Judge } from "../component/judge.ts";
import type { Store, WaitingSessions } from "../component/store.ts";
import { addSpend, type Spend, utcDay } from "../model/spend.ts";

interface Shown {
  readonly store: Store;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Counting costs more the more there is to count, so it is done now and then, and not when somebody looks at the numbers. */
const countIntervalMs = 2000;

/** Shows how much work waits. Returns what counts it again when that is due. */
export function showWaiting({ store, telemetry, logger }: Shown): () => Promise<void> {
  let waiting: WaitingSessions = { open: 0, due: 0 };
  telemetry.gauge("turnwise_sessions_open", () => waiting.open);
  telemetry.gauge("turnwise_judge_queue_size", () => waiting.due);
  return everyInterval(async () => {
    try {
      waiting = await store.countWaiting();
    } catch (error) {
      logger.warn({ err: error }, "counting what waits for the judges failed");
    }
  });
}

/** Shows what each judge spent today, with what is set aside for calls under way. Returns what counts it again when that is due. */
export function showSpend({
  store,
  judges,
  evaluators = [],
  telemetry,
  logger,
}: Shown & {
  readonly judges: readonly Judge[];
  /** What they ask is counted under the name of the judge whose model it is. */
  readonly evaluators?: readonly Evaluator[] | undefined;
}): () => Promise<void> {
  let spend = new Map<string, Spend>();
  const asked = evaluators.flatMap(({ measures }) => measures.flatMap(({ asks }) => asks ?? []));
  for (const judge of new Set([...judges.map(({ identity }) => identity.name), ...asked])) {
    telemetry.gauge("turnwise_judge_spend_tokens", () => spend.get(judge)?.tokens ?? 0, { judge });
    telemetry.gauge("turnwise_judge_spend_usd", () => (spend.get(judge)?.nanoUsd ?? 0) / 1e9, { judge });
  }
  return everyInterval(async () => {
    try {
      const today = await store.spend.readSpend({ day: utcDay(Date.now()) });
      spend = new Map(today.map(({ judge, spent, reserved }) => [judge, addSpend(spent, reserved)]));
    } catch (error) {
      logger.warn({ err: error }, "counting what the judges spent failed");
    }
  });
}

/** Does it when it was not done for a while, and otherwise nothing. */
function everyInterval(count: () => Promise<void>): () => Promise<void> {
  let countedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - countedAt < countIntervalMs) return;
    countedAt = performance.now();
    await count();
  };
}
