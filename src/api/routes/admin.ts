/** What admins do: see the accounts, suspend and delete them. They see numbers of sessions, never sessions. Source: VH-27, VH-28. */
import { z } from "zod";
import type { AccountChange, AccountUse } from "../../component/accounts.ts";
import {
  type AdminCounts,
  adminCountsSchema,
  type AdminStats,
  adminStatsSchema,
  type AdminUser,
  type AdminUsers,
  adminUsersSchema,
  type AdminUserState,
  adminUserStateSchema,
} from "../account-contract.ts";
import { accountsOf } from "../admit.ts";
import { ApiError } from "../api-error.ts";
import { defineRoute } from "../route.ts";
import { wholeNumber } from "../session-query.ts";

const noBody = z.strictObject({});

export const listUsers = defineRoute({
  method: "get",
  path: "/api/v1/admin/users",
  access: "admin",
  query: z.strictObject({
    limit: wholeNumber({ min: 0, max: 1000, default: 50 }),
    offset: wholeNumber({ min: 0, max: 1_000_000, default: 0 }),
  }),
  operation: {
    id: "listUsers",
    summary: "All accounts, in the order in which they registered.",
    reply: { status: 200, schema: adminUsersSchema },
  },
  async answer({ query }, context) {
    const { accounts, total } = await accountsOf(context).find(query);
    const body: AdminUsers = { users: accounts.map(toUser), total, count: accounts.length };
    return { status: 200, body };
  },
});

export const getCounts = defineRoute({
  method: "get",
  path: "/api/v1/admin/counts",
  access: "admin",
  operation: {
    id: "getCounts",
    summary: "How many accounts, sessions and turns there are.",
    reply: { status: 200, schema: adminCountsSchema },
  },
  async answer(_call, context) {
    const { accounts: users, ...counts } = await accountsOf(context).count();
    const body: AdminCounts = { users, ...counts };
    return { status: 200, body };
  },
});

export const getStats = defineRoute({
  method: "get",
  path: "/api/v1/admin/stats",
  access: "admin",
  operation: {
    id: "getStats",
    summary: "All sessions in numbers: by status, by score, by day.",
    reply: { status: 200, schema: adminStatsSchema },
  },
  async answer(_call, context) {
    const { sessionsByStatus, turns, judgedTurns, helpful, neutral, harmful, days } =
      await accountsOf(context).readStats();
    const body: AdminStats = {
      sessions: {
        total: Object.values(sessionsByStatus).reduce((sum, sessions) => sum + sessions, 0),
        by_status: { ...sessionsByStatus },
      },
      turns: { total: turns, judged: judgedTurns, helpful, neutral, harmful },
      days: [...days],
    };
    return { status: 200, body };
  },
});

export const suspendUser = defineRoute({
  method: "post",
  path: "/api/v1/admin/users/:account/suspend",
  access: "admin",
  body: noBody,
  operation: {
    id: "suspendUser",
    summary: "The account may do nothing from now on; what it has stays.",
    reply: { status: 200, schema: adminUserStateSchema },
    errors: [409],
  },
  async answer({ accountId: id }, context) {
    requireDone(await accountsOf(context).setSuspended(id, true));
    const body: AdminUserState = { id, suspended: true };
    return { status: 200, body };
  },
});

export const unsuspendUser = defineRoute({
  method: "post",
  path: "/api/v1/admin/users/:account/unsuspend",
  access: "admin",
  body: noBody,
  operation: {
    id: "unsuspendUser",
    summary: "The account may do again what it might.",
    reply: { status: 200, schema: adminUserStateSchema },
  },
  async answer({ accountId: id }, context) {
    requireDone(await accountsOf(context).setSuspended(id, false));
    const body: AdminUserState = { id, suspended: false };
    return { status: 200, body };
  },
});

/** With all its sessions. */
export const deleteUser = defineRoute({
  method: "delete",
  path: "/api/v1/admin/users/:account",
  access: "admin",
  operation: {
    id: "deleteUser",
    summary: "Removes the account and all its sessions.",
    reply: { status: 204 },
    errors: [409],
  },
  async answer({ accountId }, context) {
    requireDone(await accountsOf(context).delete(accountId));
    return { status: 204 };
  },
});

function requireDone(change: AccountChange): void {
  if (change === "missing") throw new ApiError(404, "not_found", "there is no account with this id");
  if (change === "last_admin")
    throw new ApiError(409, "last_admin", "this is the last admin; name another one in admin_emails first");
}

function toUser({ id, email, role, name, createdAt, isSuspended, traces, sessions }: AccountUse): AdminUser {
  return {
    id,
    email,
    role,
    name: name ?? null,
    created_at: createdAt.toISOString(),
    suspended: isSuspended,
    traces,
    sessions,
  };
}
