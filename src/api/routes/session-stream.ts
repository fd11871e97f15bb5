import type { JudgedSession } from "../../component/store.ts";
import { sessionNotFound, toErrorBody } from "../api-error.ts";
import type { EventStream } from "../event-stream.ts";
import { followSession, isSettled } from "../follow-session.ts";
import { defineRoute } from "../route.ts";
import { toScoreSummaryDetail, toTrajectoryDetail, toTurnJudgementDetail } from "../session-detail.ts";

/**
 * `session-updated` first and whenever the state changed, `judgement` for each turn judged so far and from then on (again
 * when it is judged anew), `done` at the end; `error` instead when the session is deleted.
 */
export const streamSession = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/stream",
  access: "read",
  async answer({ ref }, { store }) {
    if ((await store.getSession(ref)) === undefined) throw sessionNotFound();
    return {
      async stream(events) {
        const sent = new Map<string, string>();
        for await (const judged of followSession(store, ref, events.gone)) {
          await sendChanges(events, judged, sent);
          if (isSettled(judged)) return events.send("done", toDone(judged));
        }
        return events.send("error", toErrorBody(sessionNotFound()));
      },
    };
  },
});

/** `sent` remembers the last data of each event and turn, so that nothing is told twice. */
async function sendChanges(events: EventStream, judged: JudgedSession, sent: Map<string, string>): Promise<void> {
  const once = async (key: string, event: string, data: object) => {
    const text = JSON.stringify(data);
    if (sent.get(key) === text) return;
    sent.set(key, text);
    await events.send(event, data);
  };
  await once("session", "session-updated", toState(judged));
  const turns = [...judged.turnJudgements].sort(([a], [b]) => a - b);
  for (const [turn, judgement] of turns) {
    const data = { session_id: judged.session.id, turn, judgement: toTurnJudgementDetail(judgement) };
    await once(`turn ${turn}`, "judgement", data);
  }
}

const toState = ({ session, summary }: JudgedSession) => ({
  session_id: session.id,
  status: session.status,
  revision: session.revision,
  total_turns: session.turns.length,
  summary: toScoreSummaryDetail(summary),
});

const toDone = ({ session, trajectory }: JudgedSession) => ({
  session_id: session.id,
  status: session.status,
  trajectory: trajectory === undefined ? null : toTrajectoryDetail(trajectory),
  error: session.error ?? null,
});
