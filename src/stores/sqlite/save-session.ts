/** Saves what was built of a session, touching only what changed. */
import type { Claim } from "../../component/store.ts";
import type { Turn } from "../../model/session.ts";
import { prepareLeased } from "./leased.ts";
import type { SessionChange } from "./session-change.ts";
import { prepareSaveLinks } from "./session-links.ts";
import { prepareSummarize } from "./summarize.ts";
import { wordsOf } from "./turn-rows.ts";
import type { WriteContext } from "./write-context.ts";

const updateSql = `
  UPDATE sessions SET revision = revision + 1, digest = @digest, listed = source <> 'otlp' OR @listed, user_id = @userId,
    agent_name = @agentName, models = @models, has_error = @hasError, total_turns = @totalTurns,
    conversation_id = CASE WHEN named = 1 THEN conversation_id ELSE @conversationId END
  WHERE session_no = @sessionNo RETURNING revision`;

interface StoredTurn {
  readonly turnNo: number;
  readonly digest: string;
  readonly body: string;
}

export function createSaveSession({ db, now, notify }: WriteContext) {
  const leased = prepareLeased(db, now);
  const saveTurns = prepareSaveTurns(db);
  const saveHeader = db.prepare(
    `INSERT INTO built_sessions (session_no, header, details) VALUES (?, ?, ?)
     ON CONFLICT (session_no) DO UPDATE SET header = excluded.header, details = excluded.details
     WHERE header <> excluded.header OR details <> excluded.details`,
  );
  const saveLinks = prepareSaveLinks(db);
  const summarize = prepareSummarize(db);
  const revisionOf = db.prepare<[number], number>("SELECT revision FROM sessions WHERE session_no = ?").pluck();
  const update = db.prepare<object, number>(updateSql).pluck();

  const endAttempts = db.prepare("UPDATE sessions SET attempts = 0 WHERE session_no = ?");

  function save(sessionNo: number, claim: Claim, change: SessionChange): number | undefined {
    const turnsChanged = saveTurns.save(sessionNo, change);
    const headerChanged = saveHeader.run(sessionNo, change.header, change.details).changes > 0;
    saveLinks(claim.project, sessionNo, change);
    if (!turnsChanged && !headerChanged) return revisionOf.get(sessionNo);
    const revision = update.get({
      sessionNo,
      digest: change.digest,
      listed: change.totalTurns > 0 ? 1 : 0,
      userId: change.userId ?? null,
      agentName: change.agentName ?? null,
      models: JSON.stringify(change.models),
      hasError: change.hasError ? 1 : 0,
      totalTurns: change.totalTurns,
      conversationId: change.conversationId ?? null,
    });
    notify({ project: claim.project, id: claim.id, kind: "session-updated" });
    return revision;
  }

  return function saveSession(claim: Claim, change: SessionChange): number | undefined {
    const sessionNo = leased(claim);
    if (sessionNo === undefined) return undefined;
    endAttempts.run(sessionNo);
    if (!change.isWhole) {
      const turns = [...change.turns.map(({ turn }) => turn), ...saveTurns.behind(sessionNo, change)];
      return summarize.around(sessionNo, turns, () => save(sessionNo, claim, change));
    }
    const revision = save(sessionNo, claim, change);
    summarize.all(sessionNo);
    return revision;
  };
}

/**
 * Returns whether anything changed. A turn's words are indexed again only with a new digest; what a digest does not
 * cover (times, usage) is brought up to date beside it.
 */
function prepareSaveTurns(db: WriteContext["db"]) {
  const stored = db.prepare<[number, number], StoredTurn>(
    "SELECT turn_no AS turnNo, digest, body FROM turns WHERE session_no = ? AND turn = ?",
  );
  const behind = db.prepare<[number, number], { turnNo: number; turn: number }>(
    "SELECT turn_no AS turnNo, turn FROM turns WHERE session_no = ? AND turn > ?",
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

  return {
    /** Numbers of turns that there will not be any more. */
    behind: (sessionNo: number, { totalTurns }: SessionChange): number[] =>
      behind.all(sessionNo, totalTurns).map(({ turn }) => turn),

    save(sessionNo: number, { turns, totalTurns }: SessionChange): boolean {
      const changed = turns.filter((turn) => saveTurn(sessionNo, turn, stored.get(sessionNo, turn.turn)));
      const gone = behind.all(sessionNo, totalTurns);
      for (const { turnNo } of gone) {
        removeWords.run(turnNo);
        remove.run(turnNo);
      }
      return changed.length > 0 || gone.length > 0;
    },
  };
}
