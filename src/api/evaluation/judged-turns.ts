/** The judged turns of the sessions that are chosen, as in a list of them. */
import type { Store } from "../../component/store.ts";
import type { JudgedTurn } from "../../evaluation/run-results/safety-summary.ts";
import type { TurnJudgement } from "../../model/judgement.ts";
import { toSessionFilter } from "../session-query.ts";
import type { SessionChoice } from "./items-of-sessions.ts";

/** Of a text: enough for an excerpt. */
const KEPT_CHARACTERS = 1000;

/** Sessions that are looked up at once. */
const PAGE = 100;

/** Newest activity first. Rejects with the signal's reason when nobody waits any more. */
export async function readJudgedTurns(
  store: Store,
  project: string,
  { limit, ...filters }: SessionChoice,
  ended: AbortSignal,
): Promise<{ readonly turns: readonly JudgedTurn[]; readonly hasMore: boolean }> {
  const filter = toSessionFilter(project, filters);
  const turns: JudgedTurn[] = [];
  let left = limit;
  let cursor: string | undefined;
  do {
    const place = cursor === undefined ? {} : { cursor };
    const page = await store.findSessions({ ...filter, ...place, limit: Math.min(PAGE, left) });
    for (const { id } of page.sessions) {
      ended.throwIfAborted();
      const judged = await store.getSession({ project, id });
      for (const judgement of judged?.turnJudgements.values() ?? [])
        turns.push({ sessionId: id, judgement: shorten(judgement) });
    }
    left -= page.sessions.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
  return { turns, hasMore: cursor !== undefined };
}

/** Of ten thousand sessions not all that was said can be held. */
const shorten = (judgement: TurnJudgement): TurnJudgement => ({
  ...judgement,
  userContent: judgement.userContent.slice(0, KEPT_CHARACTERS),
  assistantContent: judgement.assistantContent.slice(0, KEPT_CHARACTERS),
  toolCalls: [],
});
