/** What judges' calls cost, and what is set aside for those under way. The rule is the model's (`refusalOf`). */
import type { Database } from "better-sqlite3";
import {
  type CeilingKind,
  type Spend,
  type SpendAccount,
  type SpendCeilings,
  type SpendRefusal,
  type SpendState,
  refusalOf,
} from "../../model/spend.ts";
import type { SpendOfDay, SpendQuery } from "../../component/store.ts";
import { prepareFindSession } from "./find-session.ts";
import type { WriteContext } from "./write-context.ts";

const sums = `coalesce(sum(tokens), 0) AS tokens, coalesce(sum(nano_usd), 0) AS nanoUsd,
  coalesce(sum(reserved_tokens), 0) AS reservedTokens, coalesce(sum(reserved_nano_usd), 0) AS reservedNanoUsd`;

const stateSql: Readonly<Record<CeilingKind, string>> = {
  session: `SELECT ${sums} FROM session_spend WHERE session_no = @sessionNo AND judge_name = @judge`,
  project: `SELECT ${sums} FROM judge_spend WHERE day = @day AND judge_name = @judge AND project_id = @project`,
  day: `SELECT ${sums} FROM judge_spend WHERE day = @day AND judge_name = @judge`,
};

const amounts = "tokens, nano_usd, reserved_tokens, reserved_nano_usd";
const given = "@tokens, @nanoUsd, @reservedTokens, @reservedNanoUsd";
const add = `DO UPDATE SET tokens = tokens + excluded.tokens, nano_usd = nano_usd + excluded.nano_usd,
  reserved_tokens = reserved_tokens + excluded.reserved_tokens,
  reserved_nano_usd = reserved_nano_usd + excluded.reserved_nano_usd`;

const addToDaySql = `
  INSERT INTO judge_spend (day, judge_name, project_id, ${amounts}) VALUES (@day, @judge, @project, ${given})
  ON CONFLICT (day, judge_name, project_id) ${add}`;

const reserveInSessionSql = `
  INSERT INTO session_spend (session_no, judge_name, ${amounts})
  SELECT @sessionNo, @judge, ${given} WHERE @sessionNo IS NOT NULL
  ON CONFLICT (session_no, judge_name) ${add}`;

/** Only where something was set aside: a session that was deleted meanwhile may be there again, and owes nothing. */
const settleInSessionSql = `
  UPDATE session_spend SET tokens = tokens + @tokens, nano_usd = nano_usd + @nanoUsd,
    reserved_tokens = reserved_tokens + @reservedTokens, reserved_nano_usd = reserved_nano_usd + @reservedNanoUsd
  WHERE session_no = @sessionNo AND judge_name = @judge`;

/** What a session spent goes with it into the one that it is joined to. */
export const absorbSpendSql = `
  INSERT INTO session_spend (session_no, judge_name, ${amounts})
  SELECT @into, judge_name, ${amounts} FROM session_spend WHERE session_no = @from
  ON CONFLICT (session_no, judge_name) ${add}`;

const abandonedSql = ["judge_spend", "session_spend"].map(
  (table) => `
  UPDATE ${table} SET tokens = tokens + reserved_tokens, nano_usd = nano_usd + reserved_nano_usd,
    reserved_tokens = 0, reserved_nano_usd = 0 WHERE reserved_tokens <> 0 OR reserved_nano_usd <> 0`,
);

interface SpendRow {
  readonly tokens: number;
  readonly nanoUsd: number;
  readonly reservedTokens: number;
  readonly reservedNanoUsd: number;
}

export function createSpendRows({ db }: Pick<WriteContext, "db">) {
  const find = prepareFindSession(db);
  const states = Object.entries(stateSql).map(([kind, sql]) => [kind, db.prepare<object, SpendRow>(sql)] as const);
  const addToDay = db.prepare(addToDaySql);
  const reserveInSession = db.prepare(reserveInSessionSql);
  const settleInSession = db.prepare(settleInSessionSql);
  const abandoned = abandonedSql.map((sql) => db.prepare(sql));

  const keyOf = ({ judge, ref, day }: SpendAccount) => ({
    judge,
    day,
    project: ref?.project ?? "",
    sessionNo: (ref && find(ref)) ?? null,
  });
  const toRow = (account: SpendAccount, { tokens, nanoUsd }: Spend, reserved: Spend) => ({
    ...keyOf(account),
    tokens,
    nanoUsd,
    reservedTokens: reserved.tokens,
    reservedNanoUsd: reserved.nanoUsd,
  });

  const operations = {
    reserveSpend(account: SpendAccount, amount: Spend, ceilings: SpendCeilings): SpendRefusal | undefined {
      const key = keyOf(account);
      const concerned = states.filter(
        ([kind]) => kind === "day" || (account.ref !== undefined && (kind === "project" || key.sessionNo !== null)),
      );
      const known = Object.fromEntries(concerned.map(([kind, state]) => [kind, toState(state.get(key))]));
      const refusal = refusalOf(known, amount, ceilings);
      if (refusal !== undefined) return refusal;
      const row = toRow(account, { tokens: 0, nanoUsd: 0 }, amount);
      addToDay.run(row);
      reserveInSession.run(row);
      return undefined;
    },

    settleSpend(account: SpendAccount, { tokens, nanoUsd }: Spend, spent: Spend): void {
      const row = toRow(account, spent, { tokens: -tokens, nanoUsd: -nanoUsd });
      addToDay.run(row);
      settleInSession.run(row);
    },
  };
  return {
    operations,
    /** Counts in full what a judge that is gone had set aside. */
    countAbandoned(): void {
      for (const statement of abandoned) statement.run();
    },
  };
}

function toState(row: SpendRow | undefined): SpendState {
  const { tokens = 0, nanoUsd = 0, reservedTokens = 0, reservedNanoUsd = 0 } = row ?? {};
  return { spent: { tokens, nanoUsd }, reserved: { tokens: reservedTokens, nanoUsd: reservedNanoUsd } };
}

/** By judge; of all projects where none is named. */
export function createReadSpend(db: Database) {
  const read = db.prepare<object, SpendRow & { judge: string }>(`
    SELECT judge_name AS judge, ${sums} FROM judge_spend
    WHERE day = @day AND (@project IS NULL OR project_id = @project) GROUP BY judge_name ORDER BY judge_name`);
  return ({ day, project }: SpendQuery): SpendOfDay[] =>
    read.all({ day, project: project ?? null }).map((row) => ({ judge: row.judge, ...toState(row) }));
}
