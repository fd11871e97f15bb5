/** The stored sessions that a request chooses, as a list of them does. */
import type { z } from "zod";
import type { JudgedSession, Store } from "../../component/store.ts";
import type { sessionChoiceSchema } from "../evaluation-request-contract.ts";
import { toSessionFilter } from "../session-query.ts";

export type SessionChoice = z.infer<typeof sessionChoiceSchema>;

/** Sessions that are looked up at once. */
const PAGE = 100;

/** Newest activity first. Returns whether there are more than may be read. Throws what `ended` is aborted with. */
export async function* chosenSessions(
  store: Pick<Store, "findSessions" | "getSession">,
  project: string,
  { limit, ...filters }: SessionChoice,
  ended: AbortSignal,
): AsyncGenerator<JudgedSession, boolean> {
  const filter = toSessionFilter(project, filters);
  let left = limit;
  let cursor: string | undefined;
  do {
    const place = cursor === undefined ? {} : { cursor };
    const page = await store.findSessions({ ...filter, ...place, limit: Math.min(PAGE, left) });
    for (const { id } of page.sessions) {
      ended.throwIfAborted();
      const judged = await store.getSession({ project, id });
      // It may have been deleted, or joined to another, meanwhile.
      if (judged?.session.id === id) yield judged;
    }
    left -= page.sessions.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
  return cursor !== undefined;
}
