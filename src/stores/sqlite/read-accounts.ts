/** The accounts as the reader sees them. See component/accounts.ts. */
import type { Database } from "better-sqlite3";
import type { AccountCounts, AccountLogin, AccountPage, AccountUse } from "../../component/accounts.ts";
import type { Account } from "../../model/account.ts";
import { accountColumns, type AccountRow, toAccount } from "./account-columns.ts";

const alive = "FROM accounts WHERE state <> 'deleted'";
const useColumns = `${accountColumns},
  (SELECT count(*) FROM sessions AS own WHERE own.project_id = accounts.project_id AND own.source <> 'otlp') AS traces,
  (SELECT count(*) FROM sessions AS own WHERE own.project_id = accounts.project_id) AS sessions`;

const countsSql = `
  SELECT count(*) AS accounts, coalesce(sum(role = 'admin'), 0) AS admins, coalesce(sum(state = 'suspended'), 0) AS suspended,
    (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM turns) AS turns
  ${alive}`;

type UseRow = AccountRow & Pick<AccountUse, "traces" | "sessions">;

const toUse = ({ traces, sessions, ...row }: UseRow): AccountUse => ({ ...toAccount(row), traces, sessions });

export function createReadAccounts(db: Database) {
  const first = db.prepare<[], number>("SELECT 1 FROM accounts LIMIT 1").pluck();
  const byId = db.prepare<[string], AccountRow>(`SELECT ${accountColumns} ${alive} AND account_id = ?`);
  const byKey = db.prepare<[Uint8Array], AccountRow>(`SELECT ${accountColumns} ${alive} AND key_digest = ?`);
  const byEmail = db.prepare<[string], AccountRow & { passwordHash: string }>(
    `SELECT ${accountColumns}, password_hash AS passwordHash ${alive} AND email = ?`,
  );
  const use = db.prepare<[string], UseRow>(`SELECT ${useColumns} ${alive} AND account_id = ?`);
  const page = db.prepare<object, UseRow>(
    `SELECT ${useColumns} ${alive} ORDER BY account_no LIMIT @limit OFFSET @offset`,
  );
  const total = db.prepare<[], number>(`SELECT count(*) ${alive}`).pluck();
  const counts = db.prepare<[], AccountCounts>(countsSql);
  const deleted = db.prepare<[], string>("SELECT account_id FROM accounts WHERE state = 'deleted'").pluck();
  const accountOf = (row: AccountRow | undefined): Account | undefined =>
    row === undefined ? undefined : toAccount(row);

  return {
    /** Also those whose deletion has begun. */
    hasAccounts: (): boolean => first.get() !== undefined,
    getAccount: (id: string): Account | undefined => accountOf(byId.get(id)),
    findAccountByKey: (digest: Uint8Array): Account | undefined => accountOf(byKey.get(digest)),

    findLogin(email: string): AccountLogin | undefined {
      const row = byEmail.get(email);
      if (row === undefined) return undefined;
      const { passwordHash, ...account } = row;
      return { account: toAccount(account), passwordHash };
    },

    getAccountUse(id: string): AccountUse | undefined {
      const row = use.get(id);
      return row === undefined ? undefined : toUse(row);
    },

    findAccounts: ({ limit, offset }: { readonly limit: number; readonly offset: number }): AccountPage => ({
      accounts: page.all({ limit, offset }).map(toUse),
      total: total.get() ?? 0,
    }),

    countAccounts: (): AccountCounts => counts.get() ?? { accounts: 0, admins: 0, suspended: 0, sessions: 0, turns: 0 },

    findDeletions: (): string[] => deleted.all(),
  };
}
