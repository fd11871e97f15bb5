/** Who may log in, and what the store keeps of them. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { NewAccount } from "../../src/component/accounts.ts";
import type { NewMessageSession } from "../../src/component/store.ts";
import type { Account } from "../../src/model/account.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession, builtTurn, turnRecord } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const newAccount = (email: string, given: Partial<NewAccount> = {}): NewAccount => ({
  email,
  role: "user",
  passwordHash: `hash of ${email}`,
  key: { digest: randomBytes(32), hint: "vh_abcde" },
  mayTakeDefault: true,
  ...given,
});

const hello = (owner: string): NewMessageSession => ({
  project: owner,
  source: "messages",
  messages: [{ role: "user", content: "hi" }],
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
});

export function describeStoreAccounts(underTest: () => StoreUnderTest): void {
  const kept = () => underTest().store.accounts;
  const create = async (email: string, given?: Partial<NewAccount>): Promise<Account> => {
    const account = await kept().createAccount(newAccount(email, given));
    if (account === undefined) throw new Error(`${email} has an account`);
    return account;
  };
  const deleteWhole = async (id: string): Promise<number> => {
    let slices = 1;
    while (!(await kept().continueDeletion(id))) slices += 1;
    return slices;
  };

  describe("accounts", () => {
    test("there are none at first", async () => {
      expect(await kept().hasAccounts()).toBe(false);
      expect(await kept().findAccounts({ limit: 10, offset: 0 })).toEqual({ accounts: [], total: 0 });
      expect(await kept().countAccounts()).toMatchObject({ accounts: 0, admins: 0, suspended: 0 });
    });

    test("are found by id, e-mail and key, with everything they were made with", async () => {
      const key = { digest: randomBytes(32), hint: "vh_12345" };
      const before = Date.now();
      const made = await create("ann@example.com", { name: "Ann", role: "admin", key });
      expect(made).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        email: "ann@example.com",
        name: "Ann",
        role: "admin",
        project: "default",
        createdAt: expect.any(Date) as unknown,
        isSuspended: false,
        keyHint: "vh_12345",
      });
      expect(made.createdAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(await kept().hasAccounts()).toBe(true);
      expect(await kept().getAccount(made.id)).toEqual(made);
      expect(await kept().findAccountByKey(key.digest)).toEqual(made);
      const login = await kept().findLogin("ann@example.com");
      expect(login).toEqual({ account: made, passwordHash: "hash of ann@example.com" });
    });

    test("that are not there are not found", async () => {
      await create("ann@example.com");
      expect(await kept().getAccount("0".repeat(32))).toBeUndefined();
      expect(await kept().findAccountByKey(randomBytes(32))).toBeUndefined();
      expect(await kept().findLogin("bob@example.com")).toBeUndefined();
      expect(await kept().getAccountUse("' OR 1 --")).toBeUndefined();
      expect(await kept().replaceKey("nobody", { digest: randomBytes(32), hint: "" })).toBe(false);
      expect(await kept().setSuspended("nobody", true)).toBe("missing");
      expect(await kept().beginDeletion("nobody")).toBe("missing");
      expect(await kept().continueDeletion("nobody")).toBe(true);
    });

    test("have an e-mail each: of two that register it at the same time one does", async () => {
      const both = await Promise.all([1, 2].map(async () => kept().createAccount(newAccount("ann@example.com"))));
      expect(both.filter((account) => account === undefined)).toHaveLength(1);
      expect((await kept().findAccounts({ limit: 10, offset: 0 })).total).toBe(1);
    });

    test("have a project each; the first that may take it has what there was before accounts", async () => {
      const stranger = await create("stranger@example.com", { mayTakeDefault: false });
      const first = await create("first@example.com");
      const second = await create("second@example.com");
      expect(first.project).toBe("default");
      expect(new Set([stranger.project, first.project, second.project]).size).toBe(3);
      for (const one of [stranger, second]) expect(one.project).toMatch(/^[0-9a-f]{32}$/);
    });

    test("are listed in the order in which they registered, in pages, with what they have", async () => {
      const [ann, bob] = [await create("zoe@example.com"), await create("bob@example.com")];
      await create("cat@example.com");
      await underTest().store.createMessageSession(hello(bob.project));
      await underTest().write(agentSpan(), agentSpan());
      const { accounts, total } = await kept().findAccounts({ limit: 2, offset: 0 });
      expect(total).toBe(3);
      expect(accounts).toEqual([
        { ...ann, traces: 0, sessions: 2 },
        { ...bob, traces: 1, sessions: 1 },
      ]);
      const rest = await kept().findAccounts({ limit: 2, offset: 2 });
      expect(rest.accounts.map(({ email }) => email)).toEqual(["cat@example.com"]);
      expect(await kept().getAccountUse(bob.id)).toEqual({ ...bob, traces: 1, sessions: 1 });
      expect(await kept().countAccounts()).toEqual({ accounts: 3, admins: 0, suspended: 0, sessions: 3, turns: 0 });
    });

    test("have one key: a new one ends the old one", async () => {
      const [old, next] = [randomBytes(32), randomBytes(32)];
      const { id } = await create("ann@example.com", { key: { digest: old, hint: "vh_old" } });
      expect(await kept().replaceKey(id, { digest: next, hint: "vh_new" })).toBe(true);
      expect(await kept().findAccountByKey(old)).toBeUndefined();
      expect(await kept().findAccountByKey(next)).toMatchObject({ id, keyHint: "vh_new" });
    });

    test("are admins exactly when their e-mail is named", async () => {
      await create("ann@example.com");
      await create("bob@example.com", { role: "admin" });
      await kept().setAdmins(["ann@example.com", "nobody@example.com", "'); DROP TABLE accounts; --"]);
      const { accounts } = await kept().findAccounts({ limit: 10, offset: 0 });
      expect(accounts.map(({ role }) => role)).toEqual(["admin", "user"]);
      await kept().setAdmins([]);
      expect((await kept().countAccounts()).admins).toBe(0);
    });

    test("can be suspended and not, and are still there", async () => {
      const { id } = await create("ann@example.com");
      expect(await kept().setSuspended(id, true)).toBe("done");
      expect(await kept().setSuspended(id, true)).toBe("done");
      expect(await kept().getAccount(id)).toMatchObject({ isSuspended: true });
      expect((await kept().countAccounts()).suspended).toBe(1);
      expect(await kept().setSuspended(id, false)).toBe("done");
      expect(await kept().getAccount(id)).toMatchObject({ isSuspended: false });
    });

    test("the last admin can be neither suspended nor deleted; of two only one, even at the same time", async () => {
      const ann = await create("ann@example.com", { role: "admin" });
      expect(await kept().setSuspended(ann.id, true)).toBe("last_admin");
      expect(await kept().beginDeletion(ann.id)).toBe("last_admin");
      const bob = await create("bob@example.com", { role: "admin" });
      const changes = await Promise.all([kept().setSuspended(ann.id, true), kept().beginDeletion(bob.id)]);
      expect(changes).toEqual(["done", "last_admin"]);
      expect(await kept().setSuspended(ann.id, false)).toBe("done");
      expect(await kept().beginDeletion(bob.id)).toBe("done");
    });
  });

  describe("deleting an account", () => {
    test("takes it from sight at once, and removes it with its sessions, a slice at a time", async () => {
      const { store, write } = underTest();
      const key = { digest: randomBytes(32), hint: "vh_abcde" };
      const ann = await create("ann@example.com", { key });
      const bob = await create("bob@example.com");
      await write(...Array.from({ length: 45 }, () => agentSpan()));
      await store.createMessageSession(hello(ann.project));
      const other = await store.createMessageSession(hello(bob.project));
      expect(await kept().beginDeletion(ann.id)).toBe("done");
      expect(await kept().getAccount(ann.id)).toBeUndefined();
      expect(await kept().findAccountByKey(key.digest)).toBeUndefined();
      expect(await kept().findLogin("ann@example.com")).toBeUndefined();
      expect((await kept().findAccounts({ limit: 10, offset: 0 })).total).toBe(1);
      expect(await kept().beginDeletion(ann.id)).toBe("missing");
      expect(await kept().findDeletions()).toEqual([ann.id]);
      expect(await kept().hasAccounts()).toBe(true);
      expect(await deleteWhole(ann.id)).toBeGreaterThan(2);
      expect(await kept().findDeletions()).toEqual([]);
      expect((await store.findSessions({ project: ann.project, limit: 100 })).sessions).toEqual([]);
      expect(await store.getSession(other)).toBeDefined();
      expect(await kept().countAccounts()).toMatchObject({ accounts: 1, sessions: 1 });
    });

    test("keeps its e-mail and its project until all of it is gone, and then they are free", async () => {
      const ann = await create("ann@example.com");
      await kept().beginDeletion(ann.id);
      expect(await kept().createAccount(newAccount("ann@example.com"))).toBeUndefined();
      expect((await create("bob@example.com")).project).not.toBe("default");
      await deleteWhole(ann.id);
      const again = await create("ann@example.com");
      expect(again.id).not.toBe(ann.id);
      expect(again.project).toBe("default");
    });

    test("removes what exporters set aside for it", async () => {
      const { store } = underTest();
      const ann = await create("ann@example.com");
      const queue = store.sendingQueueOf("otlp_http");
      for (const owner of [ann.project, "another"]) {
        await queue.put({ project: owner, signal: "logs", count: 1, bytes: Buffer.from("bytes") });
        await queue.park((await queue.next(0))!, "the server answered 403");
      }
      await kept().beginDeletion(ann.id);
      await deleteWhole(ann.id);
      const parked = async (owner: string) => store.findParkedRequests({ project: owner, after: 0, limit: 10 });
      expect(await parked(ann.project)).toEqual([]);
      expect(await parked("another")).toHaveLength(1);
    });

    test("ends with data that came in between gone too", async () => {
      const { store } = underTest();
      const ann = await create("ann@example.com", { mayTakeDefault: false });
      await kept().beginDeletion(ann.id);
      await store.writeSpans(encodeSpans([agentSpan()]), { project: ann.project });
      await deleteWhole(ann.id);
      expect((await kept().countAccounts()).sessions).toBe(0);
      await store.writeSpans(encodeSpans([agentSpan()]), { project });
      expect((await kept().countAccounts()).sessions).toBe(1);
    });
  });

  describe("the server in numbers", () => {
    test("counts sessions of all projects by status and by day", async () => {
      const { store, claimAll } = underTest();
      for (const owner of ["a", "a", "b"]) await store.createMessageSession(hello(owner));
      const [claim] = await claimAll({ limit: 1 });
      await store.releaseClaim(claim!, { status: "failed", error: "no" });
      const stats = await kept().readStats();
      expect(stats.sessionsByStatus).toMatchObject({ failed: 1, completed: 0 });
      expect(Object.values(stats.sessionsByStatus).reduce((sum, count) => sum + count, 0)).toBe(3);
      expect(stats).toMatchObject({ turns: 0, judgedTurns: 0, helpful: 0, neutral: 0, harmful: 0 });
      expect(stats.days).toEqual([{ day: new Date().toISOString().slice(0, 10), sessions: 3, turns: 0 }]);
    });

    test("counts turns and their scores as they change, and nothing of what is gone", async () => {
      const { store, claimAll } = underTest();
      for (const owner of ["a", "b"]) await store.createMessageSession(hello(owner));
      const claims = await claimAll({ limit: 2 });
      for (const claim of claims) {
        await store.saveSession(claim, builtSession([builtTurn(1), builtTurn(2)]), []);
        await store.saveTurnJudgement(claim, turnRecord(builtTurn(1), 1));
        await store.releaseClaim(claim, { status: "completed" });
      }
      const both = { sessionsByStatus: { completed: 2, running: 0, pending: 0 }, turns: 4, judgedTurns: 2 };
      expect(await kept().readStats()).toMatchObject({ ...both, days: [{ sessions: 2, turns: 4 }] });
      await store.deleteSession(claims[0]!);
      const one = { sessionsByStatus: { completed: 1, running: 0, pending: 0 }, turns: 2, judgedTurns: 1 };
      expect(await kept().readStats()).toMatchObject({ ...one, days: [{ sessions: 1, turns: 2 }] });
      await store.deleteSession(claims[1]!);
      expect(await kept().readStats()).toMatchObject({ turns: 0, judgedTurns: 0, days: [] });
    });
  });

  describe("a secret", () => {
    test("is what was proposed first", async () => {
      expect(await kept().keepSecret("jwt", "one")).toBe("one");
      expect(await kept().keepSecret("jwt", "two")).toBe("one");
      expect(await kept().keepSecret("other", "two")).toBe("two");
    });
  });
}
