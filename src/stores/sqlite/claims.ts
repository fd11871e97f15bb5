/** Sessions as a queue: who may work on which one, and until when. */
import type { Claim, ClaimOptions, ReleaseOutcome, SessionRef } from "../../component/store.ts";
import type { SessionSource } from "../../model/session.ts";
import { randomUUID } from "node:crypto";
import { waitsForBuild } from "./request-builds.ts";
import type { MessageStreams } from "./message-streams.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

/** When more sessions than this are idle, looking through them all at every claim would cost too much. */
const MANY = 1000;

const isFree = "(lease IS NULL OR lease_expires_ms <= @now)";
/** A time in the future means that the clock was set back; such a session must not wait until it catches up. */
const isIdle = "(last_activity_ms <= @idleSince OR last_activity_ms > @now)";

const countIdleSql = `
  SELECT count(*) FROM (
    SELECT 1 FROM sessions INDEXED BY sessions_waiting_by_activity
    WHERE changed = 1 AND last_activity_ms <= @idleSince LIMIT ${MANY}
  )`;
const fewIdleSql = `
  SELECT session_no AS sessionNo, start_us AS startUs FROM sessions INDEXED BY sessions_waiting_by_activity
  WHERE changed = 1 AND ${isIdle} AND ${isFree} ORDER BY start_us, session_no LIMIT @limit`;
const manyIdleSql = `
  SELECT session_no AS sessionNo, start_us AS startUs FROM sessions INDEXED BY sessions_waiting_by_start
  WHERE changed = 1 AND ${isIdle} AND ${isFree} ORDER BY start_us, session_no LIMIT @limit`;
const dueSql = `
  SELECT session_no AS sessionNo, start_us AS startUs FROM sessions INDEXED BY sessions_due
  WHERE due_ms IS NOT NULL AND due_ms <= @now AND ${isFree} ORDER BY start_us, session_no LIMIT @limit`;

/** Those that never go idle. */
const longChangedSql = `
  SELECT session_no AS sessionNo, start_us AS startUs FROM sessions INDEXED BY sessions_waiting_by_change
  WHERE changed = 1 AND changed_ms <= @changedBefore AND ${isFree} ORDER BY changed_ms, session_no LIMIT @limit`;
const rebuildSql = `
  SELECT session_no FROM sessions INDEXED BY sessions_to_rebuild
  WHERE ${waitsForBuild} AND ${isFree} ORDER BY rebuild, session_no LIMIT @limit`;

const claimSql = `
  UPDATE sessions SET lease = @lease, lease_expires_ms = @expires, lease_facts_version = facts_version,
    lease_requests = requests, attempts = attempts + 1, status = CASE takes_messages WHEN 1 THEN status ELSE 'running' END
  WHERE session_no = @sessionNo AND ${isFree}
  RETURNING project_id AS project, session_id AS id, named, conversation_id AS conversationId, source, instructions,
    evaluate_safety AS evaluateSafety, facts_version AS factsVersion, revision, rejudge, rebuild, rejudge_by AS rejudgeBy, attempts,
    takes_messages AS takesMessages`;

const renewSql = `
  UPDATE sessions SET lease_expires_ms = @expires
  WHERE project_id = @project AND session_id = @id AND lease = @lease AND lease_expires_ms > @now`;

/** What came while the claim was held (new facts, a request to judge) stays to be done. */
const releaseSql = `
  UPDATE sessions SET
    lease = NULL,
    lease_expires_ms = NULL,
    changed = source = 'otlp' AND facts_version <> lease_facts_version,
    changed_ms = @now,
    rebuild = CASE WHEN requests <> lease_requests THEN rebuild ELSE 0 END,
    attempts = CASE @status WHEN 'pending' THEN 0 ELSE attempts END,
    due_ms = CASE WHEN requests <> lease_requests THEN due_ms
                  WHEN facts_version = lease_facts_version THEN @retryAt
                  WHEN source = 'otlp' THEN NULL ELSE 0 END,
    rejudge = CASE WHEN requests <> lease_requests OR @retryAt IS NOT NULL THEN rejudge ELSE 0 END,
    rejudge_by = CASE WHEN requests <> lease_requests OR @retryAt IS NOT NULL THEN rejudge_by END,
    status = CASE WHEN takes_messages = 1 THEN 'open'
                  WHEN requests <> lease_requests THEN CASE status WHEN 'running' THEN 'pending' ELSE status END
                  WHEN facts_version <> lease_facts_version THEN 'open' ELSE @status END,
    error = CASE WHEN facts_version <> lease_facts_version OR requests <> lease_requests THEN NULL ELSE @error END
  WHERE project_id = @project AND session_id = @id AND lease = @lease AND lease_expires_ms > @now
  RETURNING changed OR rebuild OR due_ms IS NOT NULL OR takes_messages`;

const closeSql = `
  UPDATE sessions SET takes_messages = 0, due_ms = 0, requests = requests + 1, status = 'closing'
  WHERE session_no = ? AND (source = 'otlp' OR takes_messages = 1)`;

/** Two requests that name different judges are one for all of them. */
const requestSql = `
  UPDATE sessions SET due_ms = 0, requests = requests + 1, attempts = 0,
    rejudge_by = CASE WHEN rejudge = 1 AND rejudge_by IS NOT @judge THEN NULL ELSE @judge END,
    rejudge = 1,
    status = CASE WHEN lease IS NULL AND takes_messages = 0 THEN 'pending' ELSE status END
  WHERE session_no = @sessionNo`;

interface Candidate {
  readonly sessionNo: number;
  readonly startUs: number;
}

interface ClaimRow {
  readonly project: string;
  readonly id: string;
  readonly named: number;
  readonly conversationId: string | null;
  readonly source: SessionSource;
  readonly instructions: string | null;
  readonly evaluateSafety: number;
  readonly factsVersion: number;
  readonly revision: number;
  readonly rejudge: number;
  readonly rebuild: number;
  readonly rejudgeBy: string | null;
  readonly attempts: number;
  readonly takesMessages: number;
}

export function createClaims({ db, now, notify }: WriteContext, sessions: SessionRows, streams: MessageStreams) {
  const countIdle = db.prepare<object, number>(countIdleSql).pluck();
  const fewIdle = db.prepare<object, Candidate>(fewIdleSql);
  const manyIdle = db.prepare<object, Candidate>(manyIdleSql);
  const due = db.prepare<object, Candidate>(dueSql);
  const longChanged = db.prepare<object, Candidate>(longChangedSql);
  const rebuilds = db.prepare<object, number>(rebuildSql).pluck();
  const claim = db.prepare<object, ClaimRow>(claimSql);
  const renew = db.prepare(renewSql);
  const release = db.prepare<object, number>(releaseSql).pluck();
  const close = db.prepare(closeSql);
  const request = db.prepare(requestSql);

  /** Ids of the sessions to be taken, oldest start first, those to be rebuilt last. */
  function candidates({ limit, idleMs, maxDurationMs }: ClaimOptions): number[] {
    const changedBefore = maxDurationMs === undefined ? -1 : now() - maxDurationMs;
    const moment = { now: now(), idleSince: now() - idleMs, changedBefore, limit };
    const idle = (countIdle.get({ idleSince: moment.idleSince }) ?? 0) < MANY ? fewIdle : manyIdle;
    const waiting = [...idle.all(moment), ...due.all(moment), ...longChanged.all(moment)];
    const found = new Map(waiting.map((row) => [row.sessionNo, row]));
    const oldestFirst = [...found.values()].sort((a, b) => a.startUs - b.startUs || a.sessionNo - b.sessionNo);
    const taken = oldestFirst.slice(0, limit).map(({ sessionNo }) => sessionNo);
    return taken.length === limit ? taken : [...new Set([...taken, ...rebuilds.all(moment)])].slice(0, limit);
  }

  function changeOf(ref: SessionRef, change: (sessionNo: number) => void): boolean {
    const sessionNo = sessions.find(ref);
    if (sessionNo === undefined) return false;
    change(sessionNo);
    notify({ project: ref.project, id: sessions.read(sessionNo).id, kind: "session-updated" });
    return true;
  }

  return {
    claimSessions(options: ClaimOptions): Claim[] {
      if (options.streamSilenceMs !== undefined) streams.closeSilentStreams(options.streamSilenceMs);
      const lease = `${options.worker}/${randomUUID()}`;
      const expires = now() + options.leaseMs;
      return candidates(options).flatMap((sessionNo) => {
        const row = claim.get({ sessionNo, lease, expires, now: now() });
        if (row === undefined) return [];
        notify({ project: row.project, id: row.id, kind: "session-updated" });
        return [toClaim(row, lease)];
      });
    },

    renewClaim({ project, id, lease }: Claim, leaseMs: number): boolean {
      return renew.run({ project, id, lease, now: now(), expires: now() + leaseMs }).changes > 0;
    },

    releaseClaim({ project, id, lease }: Claim, { status, error, retryAt }: ReleaseOutcome): void {
      const isPending = release.get({
        project,
        id,
        lease,
        status,
        error: error ?? null,
        retryAt: retryAt?.getTime() ?? null,
        now: now(),
      });
      if (isPending !== undefined) notify({ project, id, kind: isPending === 1 ? "session-updated" : "done" });
    },

    closeSession: (ref: SessionRef): boolean => changeOf(ref, (sessionNo) => close.run(sessionNo)),

    requestJudgement: (ref: SessionRef, judge?: string): boolean =>
      changeOf(ref, (sessionNo) => request.run({ sessionNo, judge: judge ?? null })),
  };
}

function toClaim(row: ClaimRow, lease: string): Claim {
  const { project, id, source, factsVersion, revision, conversationId, instructions, rejudgeBy, attempts } = row;
  return {
    project,
    id,
    lease,
    source,
    factsVersion,
    revision,
    attempts,
    rejudge: row.rejudge === 1,
    judging: { evaluateSafety: row.evaluateSafety === 1, ...(instructions === null ? {} : { instructions }) },
    ...(row.takesMessages === 1 ? { open: true } : {}),
    ...(row.rebuild > 0 ? { rebuild: true } : {}),
    ...(row.named === 1 && conversationId !== null ? { conversationId } : {}),
    ...(row.rejudge === 1 && rejudgeBy !== null ? { rejudgeBy } : {}),
  };
}
