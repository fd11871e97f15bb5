import { sessionNotFound, toErrorBody } from "../api-error.ts";
import { toEventData } from "../event-frame.ts";
import type { EventStream } from "../event-stream.ts";
import { followSession, isSettled } from "../follow-session.ts";
import { createTelling } from "../judgement-events.ts";
import type { JudgedSession } from "../../component/store.ts";
import { defineRoute } from "../route.ts";

/** So many judgements an event carries at most: with all of a long session in each, a session of n turns would be n * n long. */
const MOST_SO_FAR = 50;

/**
 * ValueHead's stream: one `judgement` a turn with all judgements so far (only its own when these are too many), then `done`
 * with data that parses, without which its client keeps reading. A finished session is replayed, from where
 * `Last-Event-ID` says.
 */
export const streamTrace = defineRoute({
  method: "get",
  path: "/api/v1/traces/:id/stream",
  access: "read",
  headers: ["last-event-id"],
  operation: {
    id: "streamTrace",
    summary: "Tells each turn's judgement as it is made, and the end.",
    reply: {
      events:
        "`judgement` for each turn, with all judgements so far, or its own when these are over 50; then `done`, or `error`.",
    },
  },
  async answer({ ref, headers }, { store }) {
    if ((await store.getSession(ref)) === undefined) throw sessionNotFound();
    return {
      async stream(events) {
        const telling = createTelling(headers["last-event-id"]);
        for await (const judged of followSession(store, ref, events.gone)) {
          for (const { turn, position } of telling.untold(judged))
            await events.send({ id: position, event: "judgement", data: toData(judged, turn, telling.told) });
          if (isSettled(judged)) return sendDone(events, judged, telling.position());
        }
        return events.send({ event: "error", data: toEventData(toErrorBody(sessionNotFound())) });
      },
    };
  },
});

/** Put together of texts that all readers share: of a long session, all judgements so far are long. */
function toData({ session }: JudgedSession, turn: number, told: ReadonlyMap<number, string>): string {
  const carried = told.size > MOST_SO_FAR ? [...told].filter(([number]) => number === turn) : [...told];
  const judgements = carried.sort(([a], [b]) => a - b).map(([number, data]) => `"${number}":${data}`);
  return `{"session_id":${JSON.stringify(session.id)},"turn":${turn},"judgements":{${judgements.join(",")}}}`;
}

async function sendDone(events: EventStream, { session }: JudgedSession, id: string): Promise<void> {
  const data = toEventData({ session_id: session.id, status: session.status });
  await events.send({ id, event: "done", data });
}
