/** Accounts as rows. */
import type { Account, AccountRole } from "../../model/account.ts";

/** What is deleted is found by nobody but who deletes it. */
export const accountColumns =
  "account_id AS id, email, name, role, project_id AS project, key_hint AS keyHint, state, created_ms AS createdMs";

export interface AccountRow {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: AccountRole;
  readonly project: string;
  readonly keyHint: string;
  readonly state: "active" | "suspended" | "deleted";
  readonly createdMs: number;
}

export function toAccount({ name, state, createdMs, ...row }: AccountRow): Account {
  return {
    ...row,
    ...(name === null ? {} : { name }),
    isSuspended: state !== "active",
    createdAt: new Date(createdMs),
  };
}
