import type { Store } from "../../component/store.ts";
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { chosenSessions, type SessionChoice } from "./chosen-sessions.ts";
import { datasetError } from "./mistakes.ts";

/** The turns of chosen sessions, as items of a dataset. Throws an ApiError when there are none, or what `ended` is aborted with. */
export async function* itemsOfSessions(
  store: Pick<Store, "findSessions" | "getSession">,
  project: string,
  choice: SessionChoice,
  ended: AbortSignal,
): AsyncGenerator<EvaluationItem> {
  let count = 0;
  for await (const { session } of chosenSessions(store, project, choice, ended)) {
    const items = itemsOfSession(session.id, session);
    count += items.length;
    yield* items;
  }
  if (count === 0) throw datasetError([{ line: null, key: null, message: "no such session has a turn to evaluate" }]);
}
