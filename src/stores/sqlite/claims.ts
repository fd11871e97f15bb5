/** Sessions as a queue: who may work on which one, and until when. */
import type { Claim, ClaimOptions, ReleaseOutcome, SessionRef } from "../../component/store.ts";
import type { Session, SessionSource } from "../../model/session.ts";
import { randomUUID } from "node:crypto";
import { modes } from "./backfill-rows.ts";
import { mergeJudging } from "./judging-column.ts";
import { waitsForBuild } from "./request-builds.ts";
import type { MessageStreams } from "./message-streams.ts";
import type { SessionRows } from "./session-rows.ts";
import { parseStored } from "./stored-json.ts";
import type { WriteContext } from "./write-context.ts";

/** When more sessions than this are idle, looking through them all at every claim would cost too much. */
const MANY = 1000;

const isFree = "(lease IS NULL OR lease_expires_ms <= @now)";
/** A time in the future means that the clock was set back; such a session must not wait until it catches up. */
const isIdle = "(last_activity_ms <= @idleSince OR last_activity_ms > @now)";

/** Nothing else is to be done now. What waits for its time (a judge asked for that) goes on to wait for it. */
const isBackfill =
  "changed = 0 AND (due_ms IS NULL OR due_ms > @now) AND rebuild = 0 AND rejudge = 0 AND takes_messages = 0";

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

/** As it is with those to be rebuilt; and one that waits for anything else is taken for that first, and keeps its mark. */
const backfillSql = `
  SELECT session_no FROM sessions INDEXED BY sessions_to_backfill
  WHERE backfill > 0 AND ${isBackfill} AND backfill_ms <= @now AND ${isFree} ORDER BY session_no LIMIT @limit`;

const claimSql = `
  UPDATE sessions SET lease = @lease, lease_expires_ms = @expires, lease_facts_version = facts_version,
    lease_requests = requests, attempts = attempts + 1, status = CASE takes_messages WHEN 1 THEN status ELSE 'running' END
  WHERE session_no = @sessionNo AND ${isFree}
  RETURNING project_id AS project, session_id AS id, named, conversation_id AS conversationId, source, instructions,
    evaluate_safety AS evaluateSafety, facts_version AS factsVersion, revision, rejudge, rebuild, rejudge_by AS rejudgeBy, attempts,
    takes_messages AS takesMessages, metadata, changed, CASE WHEN ${isBackfill} THEN backfill ELSE 0 END AS backfill,
    backfill_by AS backfillBy`;

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
    backfill = CASE WHEN @isBackfill = 1 AND requests = lease_requests AND @retryAt IS NULL THEN 0 ELSE backfill END,
    backfill_ms = CASE WHEN @isBackfill = 1 AND @retryAt IS NOT NULL THEN @retryAt ELSE backfill_ms END,
    attempts = CASE @status WHEN 'pending' THEN 0 ELSE attempts END,
    due_ms = CASE WHEN requests <> lease_requests THEN due_ms
                  WHEN facts_version = lease_facts_version THEN CASE @isBackfill WHEN 0 THEN @retryAt ELSE due_ms END
                  WHEN source = 'otlp' THEN NULL ELSE 0 END,
    rejudge = CASE WHEN requests <> lease_requests OR (@retryAt IS NOT NULL AND @isRejudged = 0) THEN rejudge ELSE 0 END,
    rejudge_by = CASE WHEN requests <> lease_requests OR (@retryAt IS NOT NULL AND @isRejudged = 0) THEN rejudge_by END,
    status = CASE WHEN takes_messages = 1 THEN 'open'
                  WHEN requests <> lease_requests THEN CASE status WHEN 'running' THEN 'pending' ELSE status END
                  WHEN facts_version <> lease_facts_version THEN 'open' ELSE @status END,
    judging = @judging,
    error = CASE WHEN facts_version <> lease_facts_version OR requests <> lease_requests THEN NULL ELSE @error END
  WHERE project_id = @project AND session_id = @id AND lease = @lease AND lease_expires_ms > @now
  RETURNING changed OR rebuild OR backfill OR due_ms IS NOT NULL OR takes_messages`;

const closeSql = `
  UPDATE sessions SET takes_messages = 0, due_ms = 0, requests = requests + 1, status = 'closing'
  WHERE session_no = ? AND (source = 'otlp' OR takes_messages = 1)`;

/** A request that names a judge takes the place of nothing that the session waited for: 2 remembers that it did. */
const isSettled = "status IN ('completed', 'failed') AND changed = 0 AND due_ms IS NULL";

/** Two requests that name different judges are one for all of them. */
const requestSql = `
  UPDATE sessions SET due_ms = 0, requests = requests + 1, attempts = 0,
    rejudge_by = CASE WHEN rejudge > 0 AND rejudge_by IS NOT @judge THEN NULL ELSE @judge END,
    rejudge = CASE WHEN rejudge > 0 THEN rejudge WHEN ${isSettled} THEN 1 ELSE 2 END,
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
  readonly changed: number;
  readonly metadata: string;
  /** 0 where the claim is for anything else, too. */
  readonly backfill: number;
  readonly backfillBy: string | null;
}

export function createClaims({ db, now, notify }: WriteContext, sessions: SessionRows, streams: MessageStreams) {
  const countIdle = db.prepare<object, number>(countIdleSql).pluck();
  const fewIdle = db.prepare<object, Candidate>(fewIdleSql);
  const manyIdle = db.prepare<object, Candidate>(manyIdleSql);
  const due = db.prepare<object, Candidate>(dueSql);
  const longChanged = db.prepare<object, Candidate>(longChangedSql);
  const rebuilds = db.prepare<object, number>(rebuildSql).pluck();
  const backfills = db.prepare<object, number>(backfillSql).pluck();
  const claim = db.prepare<object, ClaimRow>(claimSql);
  const renew = db.prepare(renewSql);
  const release = db.prepare<object, number>(releaseSql).pluck();
  const judgingOf = db
    .prepare<object, string>(
      "SELECT judging FROM sessions WHERE project_id = @project AND session_id = @id AND lease = @lease",
    )
    .pluck();
  const close = db.prepare(closeSql);
  const request = db.prepare(requestSql);

  /** Numbers of the sessions to be taken, oldest start first; then those to be rebuilt, and last the backfill's. */
  function candidates({ limit, idleMs, maxDurationMs }: ClaimOptions): number[] {
    const changedBefore = maxDurationMs === undefined ? -1 : now() - maxDurationMs;
    const moment = { now: now(), idleSince: now() - idleMs, changedBefore, limit };
    const idle = (countIdle.get({ idleSince: moment.idleSince }) ?? 0) < MANY ? fewIdle : manyIdle;
    const waiting = [...idle.all(moment), ...due.all(moment), ...longChanged.all(moment)];
    const found = new Map(waiting.map((row) => [row.sessionNo, row]));
    const oldestFirst = [...found.values()].sort((a, b) => a.startUs - b.startUs || a.sessionNo - b.sessionNo);
    const taken = oldestFirst.slice(0, limit).map(({ sessionNo }) => sessionNo);
    if (taken.length === limit) return taken;
    return [...new Set([...taken, ...rebuilds.all(moment), ...backfills.all(moment)])].slice(0, limit);
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

    releaseClaim(
      { project, id, lease, backfill }: Claim,
      { status, error, retryAt, isRejudged, judging = [] }: ReleaseOutcome,
    ): void {
      const known = judgingOf.get({ project, id, lease });
      if (known === undefined) return;
      const isPending = release.get({
        project,
        id,
        lease,
        status,
        error: error ?? null,
        judging: mergeJudging(known, judging),
        retryAt: retryAt?.getTime() ?? null,
        isBackfill: backfill === undefined ? 0 : 1,
        isRejudged: isRejudged === true ? 1 : 0,
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
    metadata: parseStored<Session["metadata"]>(row.metadata),
    rejudge: row.rejudge > 0 || row.backfill === modes.again,
    judging: { evaluateSafety: row.evaluateSafety === 1, ...(instructions === null ? {} : { instructions }) },
    ...(row.takesMessages === 1 ? { open: true } : {}),
    ...(row.rebuild > 0 ? { rebuild: true } : {}),
    ...(row.named === 1 && conversationId !== null ? { conversationId } : {}),
    ...(row.rejudge > 0 && rejudgeBy !== null ? { rejudgeBy } : {}),
    ...(row.rejudge === 2 || row.changed === 1 ? { isDue: true } : {}),
    ...(row.backfill > 0 ? { backfill: row.backfillBy === null ? {} : { judge: row.backfillBy } } : {}),
  };
}
