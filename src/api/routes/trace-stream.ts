import type { JudgedSession } from "../../component/store.ts";
import { sessionNotFound, toErrorBody } from "../api-error.ts";
import type { EventStream } from "../event-stream.ts";
import { followSession, isSettled } from "../follow-session.ts";
import { defineRoute } from "../route.ts";
import { toValueHeadJudgements } from "../valuehead-session.ts";

/**
 * ValueHead's stream: one `judgement` a turn with all judgements so far, then `done` with data that parses, without
 * which its client keeps reading. A finished session is replayed.
 */
export const streamTrace = defineRoute({
  method: "get",
  path: "/api/v1/traces/:id/stream",
  access: "read",
  async answer({ ref }, { store }) {
    if ((await store.getSession(ref)) === undefined) throw sessionNotFound();
    return {
      async stream(events) {
        const sent = new Map<number, string>();
        for await (const judged of followSession(store, ref, events.gone)) {
          await sendJudgements(events, judged, sent);
          if (isSettled(judged))
            return events.send("done", { session_id: judged.session.id, status: judged.session.status });
        }
        return events.send("error", toErrorBody(sessionNotFound()));
      },
    };
  },
});

/** `sent` remembers what was said of each turn: a turn that is judged anew is sent again. */
async function sendJudgements(events: EventStream, judged: JudgedSession, sent: Map<number, string>): Promise<void> {
  const turns = [...judged.turnJudgements.keys()].sort((a, b) => a - b);
  for (const turn of turns) {
    const judgements = toValueHeadJudgements(judged.turnJudgements, turn);
    const text = JSON.stringify(judgements[String(turn)]);
    if (sent.get(turn) === text) continue;
    sent.set(turn, text);
    await events.send("judgement", { session_id: judged.session.id, turn, judgements });
  }
}
