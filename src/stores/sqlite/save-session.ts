/** Saves what was built of a session, touching only what changed. */
import type { Claim } from "../../component/store.ts";
import type { BuiltSession, Turn } from "../../model/session.ts";
import { toBuiltJson } from "./built-json.ts";
import { prepareLeased } from "./leased.ts";
import { prepareSaveLinks } from "./session-links.ts";
import { prepareSummarize } from "./summarize.ts";
import { hasError, wordsOf } from "./turn-rows.ts";
import type { WriteContext } from "./write-context.ts";

const updateSql = `
  UPDATE sessions SET revision = revision + 1, digest = @digest, listed = @listed, user_id = @userId,
    agent_name = @agentName, models = @models, has_error = @hasError, total_turns = @totalTurns,
    conversation_id = CASE WHEN named = 1 THEN conversation_id ELSE @conversationId END
  WHERE session_no = @sessionNo RETURNING revision`;

interface StoredTurn {
  readonly turnNo: number;
  readonly turn: number;
  readonly digest: string;
  readonly body: string;
}

export function createSaveSession({ db, now, notify }: WriteContext) {
  const leased = prepareLeased(db, now);
  const saveTurns = prepareSaveTurns(db);
  const saveHeader = prepareSaveHeader(db);
  const saveLinks = prepareSaveLinks(db);
  const summarize = prepareSummarize(db);
  const revisionOf = db.prepare<[number], number>("SELECT revision FROM sessions WHERE session_no = ?").pluck();
  const update = db.prepare<object, number>(updateSql).pluck();

  const endAttempts = db.prepare("UPDATE sessions SET attempts = 0 WHERE session_no = ?");

  return function saveSession(claim: Claim, built: BuiltSession, links: readonly bigint[]): number | undefined {
    const sessionNo = leased(claim);
    if (sessionNo === undefined) return undefined;
    endAttempts.run(sessionNo);
    const turnsChanged = saveTurns(sessionNo, built.turns);
    const headerChanged = saveHeader(sessionNo, built);
    saveLinks(claim.project, sessionNo, links);
    if (!turnsChanged && !headerChanged) return revisionOf.get(sessionNo);
    const revision = update.get({
      sessionNo,
      digest: built.digest,
      listed: built.turns.length > 0 ? 1 : 0,
      userId: built.userId ?? null,
      agentName: built.agentName ?? null,
      models: JSON.stringify(built.models),
      hasError: built.turns.some(hasError) ? 1 : 0,
      totalTurns: built.turns.length,
      conversationId: built.conversationId ?? null,
    });
    summarize(sessionNo);
    notify({ project: claim.project, id: claim.id, kind: "session-updated" });
    return revision;
  };
}

/** Returns whether anything changed. */
function prepareSaveHeader(db: WriteContext["db"]): (sessionNo: number, built: BuiltSession) => boolean {
  const upsert = db.prepare(
    `INSERT INTO built_sessions (session_no, header, details) VALUES (?, ?, ?)
     ON CONFLICT (session_no) DO UPDATE SET header = excluded.header, details = excluded.details
     WHERE header <> excluded.header OR details <> excluded.details`,
  );
  return (sessionNo, built) => {
    const { header, details } = toBuiltJson(built);
    return upsert.run(sessionNo, header, details).changes > 0;
  };
}

/**
 * Returns whether anything changed. A turn's words are indexed again only with a new digest; what a digest does not
 * cover (times, usage) is brought up to date beside it.
 */
function prepareSaveTurns(db: WriteContext["db"]): (sessionNo: number, turns: readonly Turn[]) => boolean {
  const stored = db.prepare<[number], StoredTurn>(
    "SELECT turn_no AS turnNo, turn, digest, body FROM turns WHERE session_no = ?",
  );
  const insert = db.prepare("INSERT INTO turns (session_no, turn, digest, body) VALUES (?, ?, ?, ?)");
  const update = db.prepare("UPDATE turns SET digest = ?, body = ? WHERE turn_no = ?");
  const remove = db.prepare("DELETE FROM turns WHERE turn_no = ?");
  const insertWords = db.prepare("INSERT INTO turn_words (rowid, words) VALUES (?, ?)");
  const removeWords = db.prepare("DELETE FROM turn_words WHERE rowid = ?");

  /** Returns whether the turn changed. */
  function saveTurn(sessionNo: number, turn: Turn, old: StoredTurn | undefined): boolean {
    const body = JSON.stringify(turn);
    if (old === undefined) {
      const { lastInsertRowid } = insert.run(sessionNo, turn.turn, turn.digest, body);
      insertWords.run(lastInsertRowid, wordsOf(turn));
      return true;
    }
    if (old.body === body) return false;
    update.run(turn.digest, body, old.turnNo);
    if (old.digest !== turn.digest) {
      removeWords.run(old.turnNo);
      insertWords.run(old.turnNo, wordsOf(turn));
    }
    return true;
  }

  return (sessionNo, turns) => {
    const old = new Map(stored.all(sessionNo).map((row) => [row.turn, row]));
    const changed = turns.filter((turn) => saveTurn(sessionNo, turn, old.get(turn.turn)));
    for (const { turn } of turns) old.delete(turn);
    for (const { turnNo } of old.values()) {
      removeWords.run(turnNo);
      remove.run(turnNo);
    }
    return changed.length > 0 || old.size > 0;
  };
}
