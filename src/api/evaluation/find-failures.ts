/** The failures of a run or a session, out of what is stored. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { EvaluationRef } from "../../component/evaluations.ts";
import type { JudgedSession, Store } from "../../component/store.ts";
import {
  analyseFailures,
  type FailureAnalysis,
  summariseChecks,
} from "../../evaluation/run-results/failures/analyse-failures.ts";
import { checkItem, type CheckedItem } from "../../evaluation/run-results/failures/check-item.ts";
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import type { EvaluationItem, EvaluationRun } from "../../model/evaluation.ts";
import type { TurnJudgement } from "../../model/judgement.ts";
import { runNotFound } from "../api-error.ts";

/** Read at once. */
const PAGE = 20;

/** Page by page, so that no texts are held. Rejects with the signal's reason when nobody waits any more. */
export async function findRunFailures(
  store: Store,
  ref: EvaluationRef,
  { threshold }: EvaluationRun,
  ended: AbortSignal,
): Promise<FailureAnalysis> {
  const judgementOf = createJudgementReader(store, ref.project);
  const checked: CheckedItem[] = [];
  for (let page = 1; ; page++) {
    ended.throwIfAborted();
    const items = await store.evaluations.findRunItems({ ...ref, page, pageSize: PAGE });
    if (items === undefined) throw runNotFound();
    for (const { number, item, scored } of items.found) {
      const judgement = await judgementOf(item);
      checked.push(checkItem({ number, item, ...(scored && { scored }), ...(judgement && { judgement }) }, threshold));
    }
    if (items.found.length < PAGE) return summariseChecks(checked);
    await nextTurn();
  }
}

export function findSessionFailures({ session, turnJudgements }: JudgedSession): FailureAnalysis {
  const items = itemsOfSession(session.id, session);
  return analyseFailures(
    items.map((item, number) => {
      const judgement = turnJudgements.get(item.origin?.turn ?? 0);
      return { number, item, ...(judgement && { judgement }) };
    }),
  );
}

/** The items of a session stand together: only the last one is kept. */
function createJudgementReader(store: Store, project: string) {
  let last: { readonly id: string; readonly judged: JudgedSession | undefined } | undefined;
  return async ({ origin }: EvaluationItem): Promise<TurnJudgement | undefined> => {
    if (origin === undefined) return undefined;
    const { sessionId: id, turn } = origin;
    if (last?.id !== id) last = { id, judged: await store.getSession({ project, id }) };
    return last.judged?.turnJudgements.get(turn);
  };
}
