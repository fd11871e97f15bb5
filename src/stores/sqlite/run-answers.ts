/** Answers of paid models about items of runs whose scores are not stored yet. They go with these, and with the run's end. */
import type { Database } from "better-sqlite3";
import type { AnswerOwner, ModelAnswer } from "../../model/answer-store.ts";
import type { WriteContext } from "./write-context.ts";

/** Of a run that is not being scored any more nothing is kept. */
const saveSql = `
  INSERT OR REPLACE INTO run_answers (run_no, number, key, json, model)
  SELECT run_no, @number, @key, @json, @model FROM evaluation_runs
  WHERE project_id = @project AND run_id = @id AND status = 'running'`;
const readSql = `
  SELECT json, model FROM run_answers WHERE number = @number AND key = @key
    AND run_no = (SELECT run_no FROM evaluation_runs WHERE project_id = @project AND run_id = @id)`;

const placeOf = ({ ref: { project, id }, item: number = 0 }: AnswerOwner) => ({ project, id, number });

export function createRunAnswers({ db }: Pick<WriteContext, "db">) {
  const save = db.prepare(saveSql);
  return {
    saveRunAnswer(owner: AnswerOwner, key: string, { json, model }: ModelAnswer): void {
      save.run({ ...placeOf(owner), key, json, model });
    },
  };
}

export function createReadRunAnswer(db: Database) {
  const read = db.prepare<object, ModelAnswer>(readSql);
  return {
    readRunAnswer: (owner: AnswerOwner, key: string): ModelAnswer | undefined => read.get({ ...placeOf(owner), key }),
  };
}
