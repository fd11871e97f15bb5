/** The turns of stored sessions as items of a dataset. */
import type { z } from "zod";
import type { Store } from "../../component/store.ts";
import { itemsOfSession } from "../../evaluation/item-metrics/items-of-session.ts";
import type { EvaluationItem } from "../../model/evaluation.ts";
import type { sessionChoiceSchema } from "../evaluation-request-contract.ts";
import { toSessionFilter } from "../session-query.ts";
import { datasetError } from "./mistakes.ts";

export type SessionChoice = z.infer<typeof sessionChoiceSchema>;

/** Sessions that are looked up at once. */
const PAGE = 100;

/** Newest activity first, session by session. Throws an ApiError when there are none, or what `ended` is aborted with. */
export async function* itemsOfSessions(
  store: Store,
  project: string,
  { limit, ...filters }: SessionChoice,
  ended: AbortSignal,
): AsyncGenerator<EvaluationItem> {
  const filter = toSessionFilter(project, filters);
  let left = limit;
  let cursor: string | undefined;
  let count = 0;
  do {
    const place = cursor === undefined ? {} : { cursor };
    const page = await store.findSessions({ ...filter, ...place, limit: Math.min(PAGE, left) });
    for (const { id } of page.sessions) {
      ended.throwIfAborted();
      const judged = await store.getSession({ project, id });
      // It may have been deleted, or joined to another, meanwhile.
      const items = judged?.session.id === id ? itemsOfSession(id, judged.session) : [];
      count += items.length;
      yield* items;
    }
    left -= page.sessions.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
  if (count === 0) throw datasetError([{ line: null, key: null, message: "no such session has a turn to evaluate" }]);
}
