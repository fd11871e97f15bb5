/** The accounts as the writer changes them. See component/accounts.ts. */
import { randomBytes } from "node:crypto";
import type { AccountChange, KeptKey, NewAccount } from "../../component/accounts.ts";
import type { DeletedSessions, DeleteSessionsOptions } from "../../component/store.ts";
import type { Account } from "../../model/account.ts";
import { accountColumns, type AccountRow, toAccount } from "./account-columns.ts";
import type { EvaluationLeftovers } from "./evaluation-leftovers.ts";
import type { WriteContext } from "./write-context.ts";

const insertSql = `
  INSERT INTO accounts (account_id, email, name, role, project_id, password_hash, key_digest, key_hint, created_ms)
  SELECT @id, @email, @name, @role,
    iif(@mayTakeDefault = 1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE project_id = 'default'), 'default', @project),
    @passwordHash, @digest, @hint, @now
  WHERE true
  ON CONFLICT (email) DO NOTHING
  RETURNING ${accountColumns}`;

/** The only one, if it is the account; admins that are suspended cannot help. */
const isLastAdminSql = `
  SELECT role = 'admin' AND state = 'active'
    AND NOT EXISTS (SELECT 1 FROM accounts WHERE role = 'admin' AND state = 'active' AND account_id <> @id)
  FROM accounts WHERE account_id = @id AND state <> 'deleted'`;

const setAdminsSql = `
  UPDATE accounts SET role = iif(email IN (SELECT value FROM json_each(?)), 'admin', 'user')`;

/** What is the project's beside its sessions. */
const leftovers = [
  `DELETE FROM queue_slices WHERE body_no IN
    (SELECT body_no FROM queue_items WHERE project_id = @project AND parked IS NOT NULL)`,
  "DELETE FROM queue_items WHERE project_id = @project AND parked IS NOT NULL",
  "DELETE FROM resources WHERE project_id = @project",
  "DELETE FROM scopes WHERE project_id = @project",
  "DELETE FROM accounts WHERE project_id = @project",
];

export interface AccountsBelongings {
  readonly deleteSessions: (options: DeleteSessionsOptions) => DeletedSessions;
  readonly leftovers: Pick<EvaluationLeftovers, "dropProject" | "clear">;
  readonly forget: () => void;
}

export function createAccountRows(
  { db, now }: WriteContext,
  { deleteSessions, leftovers: evaluation, forget }: AccountsBelongings,
) {
  const insert = db.prepare<object, AccountRow>(insertSql);
  const setKey = db.prepare(
    "UPDATE accounts SET key_digest = @digest, key_hint = @hint WHERE account_id = @id AND state <> 'deleted'",
  );
  const setAdmins = db.prepare(setAdminsSql);
  const isLastAdmin = db.prepare<object, 0 | 1>(isLastAdminSql).pluck();
  const setState = db.prepare("UPDATE accounts SET state = @state WHERE account_id = @id AND state <> 'deleted'");
  const deletedProject = db
    .prepare<[string], string>("SELECT project_id FROM accounts WHERE account_id = ? AND state = 'deleted'")
    .pluck();
  const deleteLeftovers = leftovers.map((sql) => db.prepare(sql));
  const keep = db.prepare("INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const readSecret = db.prepare<[string], string>("SELECT value FROM secrets WHERE name = ?").pluck();

  function change(id: string, state: AccountRow["state"]): AccountChange {
    const isLast = isLastAdmin.get({ id });
    if (isLast === undefined) return "missing";
    if (isLast === 1 && state !== "active") return "last_admin";
    setState.run({ id, state });
    return "done";
  }

  return {
    createAccount({ email, name, role, passwordHash, key, mayTakeDefault }: NewAccount): Account | undefined {
      const row = insert.get({
        id: randomBytes(16).toString("hex"),
        project: randomBytes(16).toString("hex"),
        email,
        name: name ?? null,
        role,
        passwordHash,
        digest: key.digest,
        hint: key.hint,
        mayTakeDefault: mayTakeDefault ? 1 : 0,
        now: now(),
      });
      return row === undefined ? undefined : toAccount(row);
    },

    replaceKey: (id: string, { digest, hint }: KeptKey): boolean => setKey.run({ id, digest, hint }).changes > 0,

    setAdmins: (emails: readonly string[]): void => void setAdmins.run(JSON.stringify(emails)),

    setSuspended: (id: string, isSuspended: boolean): AccountChange => change(id, isSuspended ? "suspended" : "active"),

    beginDeletion: (id: string): AccountChange => change(id, "deleted"),

    continueDeletion(id: string): boolean {
      const project = deletedProject.get(id);
      if (project === undefined) return true;
      if (deleteSessions({ project }).sessions > 0) return false;
      evaluation.dropProject(project);
      if (!evaluation.clear()) return false;
      for (const statement of deleteLeftovers) statement.run({ project });
      forget();
      return true;
    },

    keepSecret(name: string, proposal: string): string {
      keep.run(name, proposal);
      return readSecret.get(name) ?? proposal;
    },
  };
}
