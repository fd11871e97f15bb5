import { toSessionDetail } from "./api/session-detail.ts";
import type { SessionDetail } from "./api/contract.ts";
import { summariseScores } from "./model/score-summary.ts";
import type { BuiltSession } from "./model/session.ts";
import { conversationSessionId, traceSessionId } from "./stores/sqlite/session-id.ts";

const project = "default";

/** A session that was built from files and judged by nobody, as a server would show it, under the id it would have there. */
export function toReplayedSession(built: BuiltSession): SessionDetail {
  const endedAt = built.endedAt ?? new Date(0);
  const session = {
    ...built,
    id: replayedSessionId(built),
    status: "open",
    revision: 1,
    createdAt: built.startedAt ?? endedAt,
    lastActivityAt: endedAt,
    metadata: {},
    judging: { evaluateSafety: false },
  } as const;
  const summary = summariseScores(built.turns.length, [], null);
  return toSessionDetail({ session, turnJudgements: new Map(), summary, judging: [] });
}

/** The id it would have in a server. */
export function replayedSessionId({ conversationId, turns }: BuiltSession): string {
  if (conversationId !== undefined) return conversationSessionId(project, conversationId);
  return traceSessionId(project, turns[0]?.traceIds[0] ?? "");
}
