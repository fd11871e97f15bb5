/** Judges one session outside of a server: turn by turn, then the trajectory. */
import { toSessionDetail } from "./api/session-detail.ts";
import type { SessionDetail } from "./api/contract.ts";
import type { Judge } from "./component/judge.ts";
import type { JudgedSession } from "./component/store.ts";
import { summariseScores } from "./model/score-summary.ts";
import { JudgeError, StartError } from "./model/errors.ts";
import type { TrajectoryJudgement, TurnJudgement } from "./model/judgement.ts";
import type { BuiltSession, Session } from "./model/session.ts";

/** What a judge is to know of it beside what was built, and under which id it is shown. */
export type Asked = Pick<Session, "id" | "judging" | "metadata">;

/**
 * A session whose judging failed comes out with `status: "failed"` and an `error`, which `place` begins. Rejects with what
 * would happen to every further session, too.
 */
export async function judgeBuilt(
  built: BuiltSession,
  asked: Asked,
  judge: Judge,
  { place, signal }: { readonly place: string; readonly signal: AbortSignal },
): Promise<SessionDetail> {
  const session = toSession(built, asked);
  const { turns, trajectory, error } = await judgeSession(session, judge, signal);
  const scores = turns.map(({ score }) => score);
  const { identity } = judge;
  const judged: JudgedSession = {
    session: error === undefined ? session : { ...session, status: "failed", error: `${place}: ${error}` },
    turnJudgements: new Map(turns.map((judgement) => [judgement.turn, judgement])),
    ...(trajectory !== undefined && { trajectory }),
    summary: summariseScores(built.turns.length, scores, trajectory?.score ?? null),
    judging: [
      { judge: identity.name, ...(error === undefined ? { status: "judged" } : { status: "failed", reason: error }) },
    ],
  };
  return toSessionDetail(judged, [identity]);
}

/** Throws StartError for a judge that judges nothing. */
export function requireJudging({ off, identity }: Judge): void {
  if (off === undefined) return;
  throw new StartError("judge_off", `The judge "${identity.name}" is off: ${off}`, "Or use another one: --judge rules");
}

export function toSession(built: BuiltSession, asked: Asked): Session {
  const now = new Date();
  return { ...built, ...asked, status: "completed", revision: 1, createdAt: now, lastActivityAt: now };
}

interface Judged {
  readonly turns: readonly TurnJudgement[];
  readonly trajectory?: TrajectoryJudgement;
  readonly error?: string;
}

/** Turn by turn, then the trajectory. What could be judged is kept when something else could not. */
async function judgeSession(session: Session, judge: Judge, signal: AbortSignal): Promise<Judged> {
  const { judging } = session;
  const turns: TurnJudgement[] = [];
  const errors: string[] = [];
  for (const turn of session.turns) {
    const judged = await attempt(async () => judge.judgeTurn({ session, judging, turn, earlier: [...turns] }, signal));
    if (typeof judged === "string") errors.push(`turn ${turn.turn}: ${judged}`);
    else turns.push(judged);
  }
  if (session.turns.length === 0) return { turns };
  const trajectory = await attempt(async () => judge.judgeTrajectory({ session, judging, turns }, signal));
  if (typeof trajectory === "string") errors.push(`trajectory: ${trajectory}`);
  return {
    turns,
    ...(typeof trajectory !== "string" && { trajectory }),
    ...(errors.length > 0 && { error: errors.join("; ").slice(0, 1_000) }),
  };
}

/** The judgement, or why there is none. Rethrows what would happen to every conversation, and what is no judge's error. */
async function attempt<Judgement>(judge: () => Promise<Judgement>): Promise<Judgement | string> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof JudgeError && !error.pausesJudge) return error.message;
    throw error;
  }
}
