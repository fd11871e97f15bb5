/** Answers of paid models that no judgement was saved of yet. */
import type { Database } from "better-sqlite3";
import type { AnswerOwner, ModelAnswer } from "../../model/answer-store.ts";
import { prepareFindSession } from "./find-session.ts";
import type { WriteContext } from "./write-context.ts";

/** Whoever has not used it by then has forgotten it. */
const maxAgeMs = 86_400_000;

const saveSql = `
  INSERT OR REPLACE INTO model_answers (session_no, judge_name, key, json, model, created_ms)
  VALUES (@sessionNo, @judge, @key, @json, @model, @now)`;

/** To be run when a judgement is saved: what it was made of has served. */
export const dropAnswersSql = "DELETE FROM model_answers WHERE session_no = @sessionNo AND judge_name = @judge";

export function createAnswerRows({ db, now }: Pick<WriteContext, "db" | "now">) {
  const find = prepareFindSession(db);
  const save = db.prepare(saveSql);
  const dropOld = db.prepare("DELETE FROM model_answers WHERE created_ms < ?");
  return {
    operations: {
      saveAnswer({ judge, ref }: AnswerOwner, key: string, { json, model }: ModelAnswer): void {
        const sessionNo = find(ref);
        if (sessionNo !== undefined) save.run({ sessionNo, judge, key, json, model, now: now() });
      },
    },
    /** Forgets what nobody used. */
    dropOld: (): void => void dropOld.run(now() - maxAgeMs),
  };
}

export function createReadAnswer(db: Database) {
  const find = prepareFindSession(db);
  const read = db.prepare<object, ModelAnswer>(
    "SELECT json, model FROM model_answers WHERE session_no = @sessionNo AND judge_name = @judge AND key = @key",
  );
  return ({ judge, ref }: AnswerOwner, key: string): ModelAnswer | undefined =>
    read.get({ sessionNo: find(ref) ?? null, judge, key });
}
