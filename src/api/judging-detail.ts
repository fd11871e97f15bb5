/** What became of each configured judge's work on a session, as the API shows it. Pure. */
import type { JudgedSession } from "../component/store.ts";
import type { JudgingStatus } from "../model/judging-status.ts";
import type { SessionStatus } from "../model/session.ts";
import type { JudgingDetail } from "./contract.ts";
import type { JudgeInfo } from "./route.ts";

/** In order of rank, and then the evaluators; who is not configured any more is not shown. */
export function toJudgings({ session, judging }: JudgedSession, judges: readonly Judging[]): JudgingDetail[] {
  return judges.map(({ name: judge, off }) => {
    const known = judging.find((status) => status.judge === judge);
    if (off !== undefined && known?.status !== "judged")
      return toJudging({ judge, status: "skipped", code: "off", reason: off });
    const reason = underWay[session.status];
    // What was said of the session before is not said of what has come since.
    if (reason !== undefined) return toJudging({ judge, status: "waiting", code: session.status, reason });
    return toJudging(known ?? { judge, status: "skipped", ...(session.turns.length === 0 ? nothing : unknown) });
  });
}

/** A judge, or an evaluator. */
export type Judging = Pick<JudgeInfo, "name" | "off">;

const underWay: Readonly<Partial<Record<SessionStatus, string>>> = {
  open: "the session is judged when nothing has come for a while, or when it is closed",
  closing: "the session waits for its turn",
  pending: "the session waits for its turn",
  running: "the session is being judged",
};

const nothing = { code: "no_turns", reason: "there is no turn in it" };
const unknown = { code: "not_asked", reason: "it was off, or not configured, when the session was judged" };

export function toJudging({ judge, status, code, reason, retryAt }: JudgingStatus): JudgingDetail {
  return { judge, status, code: code ?? null, reason: reason ?? null, retry_at: retryAt?.toISOString() ?? null };
}
