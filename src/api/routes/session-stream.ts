import type { JudgedSession } from "../../component/store.ts";
import { sessionNotFound, toErrorBody } from "../api-error.ts";
import { toEventData } from "../event-frame.ts";
import { followSession, isSettled } from "../follow-session.ts";
import { createTelling } from "../judgement-events.ts";
import { defineRoute } from "../route.ts";
import { toMetricScoreDetail, toScoreSummaryDetail, toTrajectoryDetail } from "../session-detail.ts";

/**
 * `session-updated` first and whenever the state changed, `judgement` for each turn judged so far and from then on (again
 * when it is judged anew), `done` at the end, with what evaluators scored; `error` instead when the session is deleted. Who comes again with `Last-Event-ID`
 * is told the state, and the judgements that came since.
 */
export const streamSession = defineRoute({
  method: "get",
  path: "/api/v1/sessions/:id/stream",
  access: "read",
  headers: ["last-event-id"],
  operation: {
    id: "streamSession",
    summary: "Tells a session's state, and each turn's judgement as it is made.",
    reply: { events: "`session-updated`, `judgement` for each turn; then `done`, or `error`." },
  },
  async answer({ ref, headers }, { store }) {
    if ((await store.getSession(ref)) === undefined) throw sessionNotFound();
    return {
      async stream(events) {
        const telling = createTelling(headers["last-event-id"]);
        let state = "";
        for await (const judged of followSession(store, ref, events.gone)) {
          const untold = [...telling.untold(judged)];
          const now = toEventData(toState(judged));
          if (now !== state) await events.send({ event: "session-updated", data: now });
          state = now;
          for (const { turn, data, position } of untold)
            await events.send({ id: position, event: "judgement", data: toData(judged, turn, data) });
          if (isSettled(judged))
            return events.send({ id: telling.position(), event: "done", data: toEventData(toDone(judged)) });
        }
        return events.send({ event: "error", data: toEventData(toErrorBody(sessionNotFound())) });
      },
    };
  },
});

const toData = ({ session }: JudgedSession, turn: number, judgement: string): string =>
  `{"session_id":${JSON.stringify(session.id)},"turn":${turn},"judgement":${judgement}}`;

const toState = ({ session, summary }: JudgedSession) => ({
  session_id: session.id,
  status: session.status,
  revision: session.revision,
  total_turns: session.turns.length,
  summary: toScoreSummaryDetail(summary),
});

const toDone = ({ session, trajectory, metricScores = [] }: JudgedSession) => ({
  session_id: session.id,
  status: session.status,
  trajectory: trajectory === undefined ? null : toTrajectoryDetail(trajectory),
  metric_scores: metricScores.map(toMetricScoreDetail),
  error: session.error ?? null,
});
