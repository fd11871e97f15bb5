import type { Claim } from "../../component/store.ts";
import { prepareLeased } from "./leased.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

/** Makes a claimed session part of another one, which becomes due. False when the lease has ended or there is no other. */
export function createJoinSession({ db, now }: WriteContext, sessions: SessionRows, forget: () => void) {
  const leased = prepareLeased(db, now);
  const makeDue = db.prepare(
    `UPDATE sessions SET due_ms = 0, requests = requests + 1,
       status = CASE WHEN lease IS NULL THEN 'pending' ELSE status END
     WHERE session_no = ?`,
  );

  return function joinSession(claim: Claim, into: string): boolean {
    const from = leased(claim);
    const target = sessions.find({ project: claim.project, id: into });
    if (from === undefined || target === undefined || from === target) return false;
    sessions.absorb(claim.project, sessions.read(from), sessions.read(target));
    makeDue.run(target);
    forget();
    return true;
  };
}
