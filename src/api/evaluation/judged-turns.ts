import type { Store } from "../../component/store.ts";
import type { JudgedTurn } from "../../evaluation/run-results/safety-summary.ts";
import type { TurnJudgement } from "../../model/judgement.ts";
import { chosenSessions, type SessionChoice } from "./chosen-sessions.ts";

/** Of a text: enough for an excerpt. */
const KEPT_CHARACTERS = 1000;

/** The judged turns of chosen sessions, and whether there are more of these. Rejects with the signal's reason when nobody waits any more. */
export async function readJudgedTurns(
  store: Pick<Store, "findSessions" | "getSession">,
  project: string,
  choice: SessionChoice,
  ended: AbortSignal,
): Promise<{ readonly turns: readonly JudgedTurn[]; readonly hasMore: boolean }> {
  const sessions = chosenSessions(store, project, choice, ended);
  const turns: JudgedTurn[] = [];
  for (;;) {
    const next = await sessions.next();
    if (next.done === true) return { turns, hasMore: next.value };
    const { session, turnJudgements } = next.value;
    for (const judgement of turnJudgements.values())
      turns.push({ sessionId: session.id, judgement: shorten(judgement) });
  }
}

/** Of ten thousand sessions not all that was said can be held. */
const shorten = (judgement: TurnJudgement): TurnJudgement => ({
  ...judgement,
  userContent: judgement.userContent.slice(0, KEPT_CHARACTERS),
  assistantContent: judgement.assistantContent.slice(0, KEPT_CHARACTERS),
  toolCalls: [],
});
