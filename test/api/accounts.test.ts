/** Accounts over the API: register, log in, keys, limits, rates, and what admins do. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, test } from "vitest";
import type { ZodType } from "zod";
import {
  accessTokenSchema,
  adminCountsSchema,
  adminStatsSchema,
  adminUsersSchema,
  meSchema,
  registeredSchema,
  rotatedKeySchema,
} from "../../src/api/account-contract.ts";
import { StartError } from "../../src/model/errors.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import {
  type AccountApiOptions,
  adminEmail,
  createAccounts,
  type Person,
  register,
  startAccountApi,
} from "./account-api.ts";
import { type ApiServer, ask, hello, startApi } from "./api-server.ts";
import { openStore } from "./open-store.ts";

let api: ApiServer;
afterEach(async () => api.close());
const start = async (options?: AccountApiOptions): Promise<void> => void (api = await startAccountApi(options));

const post = (path: string, body: unknown, headers?: Readonly<Record<string, string>>) =>
  ask(api, `/api/v1${path}`, { method: "POST", body, headers });
const get = (path: string, headers?: Readonly<Record<string, string>>) => ask(api, `/api/v1${path}`, { headers });
const asked = async <T>(schema: ZodType<T>, path: string, headers?: Readonly<Record<string, string>>): Promise<T> => {
  const { status, text } = await get(path, headers);
  expect(status).toBe(200);
  return schema.parse(JSON.parse(text));
};
const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

describe("VH-11: registering", () => {
  it("gives a token and a key, both of which are the account", async () => {
    await start();
    const { status, text } = await post("/auth/register", {
      email: "  Ann@Example.COM ",
      password: "correct horse",
      name: "Ann",
    });
    expect(status).toBe(201);
    const registered = registeredSchema.parse(JSON.parse(text));
    expect(registered).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
      token_type: "bearer",
      expires_in: 86_400,
      api_key: expect.stringMatching(/^vh_[\w-]{43}$/) as unknown,
    });
    const me = {
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      email: "ann@example.com",
      role: "user",
      name: "Ann",
      created_at: expect.any(String) as unknown,
      api_key: `${registered.api_key.slice(0, 8)}…`,
      limits: { max_traces: 200, max_tool_calls_per_trace: 100, max_trace_chars: 500_000 },
      usage: { traces: 0, sessions: 0 },
    };
    const { api_key: key, access_token: token } = registered;
    for (const headers of [{ "x-api-key": key }, bearer(key), bearer(token)])
      expect(await asked(meSchema, "/auth/me", headers)).toEqual(me);
  });

  test.each<[string, object, string]>([
    ["no e-mail", { password: "12345678" }, '"email"'],
    ["no password", { email: "a@b.example" }, '"password"'],
    ["an e-mail without an @", { email: "ann", password: "12345678" }, '"email": is not an e-mail address'],
    ["an e-mail without a domain", { email: "ann@", password: "12345678" }, '"email": is not an e-mail address'],
    ["an e-mail of two", { email: "a@b.cc,d@e.ff", password: "12345678" }, '"email": is not an e-mail address'],
    ["an e-mail with a line break", { email: "a@b.cc\nbcc: x@y.zz", password: "12345678" }, '"email": is not an'],
    ["a huge e-mail", { email: `${"a".repeat(100_000)}@b.cc`, password: "12345678" }, '"email": is not an e-mail'],
    ["a number as e-mail", { email: 5, password: "12345678" }, '"email"'],
    ["a short password", { email: "a@b.example", password: "1234567" }, '"password": must have at least 8 characters'],
    ["seven emoji", { email: "a@b.example", password: "😀".repeat(7) }, '"password": must have at least 8 characters'],
    ["a long password", { email: "a@b.example", password: "x".repeat(1025) }, "must have at most 1024 characters"],
    ["an unknown field", { email: "a@b.example", password: "12345678", role: "admin" }, 'unknown field "role"'],
    ["an empty name", { email: "a@b.example", password: "12345678", name: " " }, '"name"'],
  ])("with %s is refused by name, and makes no account", async (_what, body, detail) => {
    await start();
    const { status, json } = await post("/auth/register", body);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
    expect(json?.detail).toContain(detail);
    expect(await api.store.accounts.hasAccounts()).toBe(false);
  });

  it("twice with one e-mail, however it is written, is 409; at the same time one succeeds", async () => {
    await start();
    const emails = ["Zoë@Example.com", "zoe\u0308@example.com", " ZOË@EXAMPLE.COM", "zoë@example.com"];
    const answers = await Promise.all(emails.map((email) => post("/auth/register", { email, password: "12345678" })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.json).toEqual({
      detail: "this e-mail has an account; log in",
      code: "email_taken",
    });
  });

  it("takes what was collected before there were accounts to the first one, and to no other", async () => {
    await start();
    const { id } = await api.store.createMessageSession(hello);
    const [first, second] = [await register(api, "first@example.com"), await register(api, "second@example.com")];
    expect((await get(`/sessions/${id}`, first.byKey)).status).toBe(200);
    expect((await get(`/sessions/${id}`, second.byKey)).status).toBe(404);
    expect((await get(`/sessions/${id}`)).status).toBe(401);
  });

  it("from another machine, the first gets nothing that was there before, unless it is an admin's", async () => {
    const config = { jwt_secret: "q8zYl5vN2mTq7WcX1bRk9LpE4sHd6JfA" };
    await start({ door: { isLocal: false }, config });
    const { id } = await api.store.createMessageSession(hello);
    const stranger = await register(api, "stranger@example.com");
    expect((await get(`/sessions/${id}`, stranger.byKey)).status).toBe(404);
    const admin = await register(api, adminEmail);
    expect((await get(`/sessions/${id}`, admin.byKey)).status).toBe(200);
  });

  it("can be off: then only the first one may, on this machine", async () => {
    await start({ config: { registration: false } });
    await register(api, "first@example.com");
    const { status, json } = await post("/auth/register", { email: "a@b.example", password: "12345678" });
    expect([status, json?.code]).toEqual([403, "registration_off"]);
  });

  it("beyond this machine can be off altogether", async () => {
    await start({ config: { registration: false }, door: { isLocal: false } });
    const { status, json } = await post("/auth/register", { email: "a@b.example", password: "12345678" });
    expect([status, json?.code]).toEqual([403, "registration_off"]);
  });
});

describe("VH-11: logging in", () => {
  it("gives a token that is the account, whatever became of the key", async () => {
    await start();
    const ann = await register(api, "ann@example.com", "пароль 密码 1");
    const { status, text } = await post("/auth/login", { email: "ANN@example.com", password: "пароль 密码 1" });
    expect(status).toBe(200);
    const login = accessTokenSchema.parse(JSON.parse(text));
    expect(login).toMatchObject({ token_type: "bearer", expires_in: 86_400 });
    await post("/auth/rotate-key", undefined, ann.byKey);
    expect((await asked(meSchema, "/auth/me", bearer(login.access_token))).id).toBe(ann.id);
  });

  it("does not tell a wrong password from an unknown e-mail", async () => {
    await start();
    await register(api, "ann@example.com");
    const [wrong, unknown] = await Promise.all(
      ["ann", "bob"].map((name) => post("/auth/login", { email: `${name}@example.com`, password: "wrong horse" })),
    );
    for (const answer of [wrong, unknown]) expect(answer?.status).toBe(401);
    expect(wrong?.json).toEqual({ detail: "the e-mail or the password is wrong", code: "unauthenticated" });
    expect(unknown?.text).toBe(wrong?.text);
  });

  it("takes a password however its letters were typed", async () => {
    await start();
    await register(api, "ann@example.com", "é".normalize("NFC").repeat(8));
    const { status } = await post("/auth/login", {
      email: "ann@example.com",
      password: "é".normalize("NFD").repeat(8),
    });
    expect(status).toBe(200);
  });

  it("ends when it was said it would", async () => {
    await start({ config: { token_lifetime: "1s" } });
    const { byToken } = await register(api, "ann@example.com");
    expect((await get("/auth/me", byToken)).status).toBe(200);
    await sleep(2100);
    const { status, json } = await get("/auth/me", byToken);
    expect([status, json?.detail]).toEqual([401, "the token is not valid, or has expired"]);
  });

  it("is not for a suspended account, which is told so only with its password", async () => {
    await start();
    const [admin, ann] = [await register(api, adminEmail), await register(api, "ann@example.com")];
    await post(`/admin/users/${ann.id}/suspend`, undefined, admin.byKey);
    const login = await post("/auth/login", { email: ann.email, password: ann.password });
    expect([login.status, login.json?.code]).toEqual([403, "account_suspended"]);
    expect((await post("/auth/login", { email: ann.email, password: "wrong horse" })).status).toBe(401);
  });
});

describe("VH-12: an API key", () => {
  it("can be replaced: the new one is shown once, the old one counts no more from that moment", async () => {
    await start();
    const ann = await register(api, "ann@example.com");
    expect((await get("/sessions", ann.byKey)).status).toBe(200);
    const { status, text } = await post("/auth/rotate-key", undefined, ann.byKey);
    expect(status).toBe(200);
    const { api_key: next } = rotatedKeySchema.parse(JSON.parse(text));
    expect(next).not.toBe(ann.key);
    expect((await get("/sessions", ann.byKey)).status).toBe(401);
    expect((await asked(meSchema, "/auth/me", { "x-api-key": next })).api_key).toBe(`${next.slice(0, 8)}…`);
  });

  it("is nowhere in the store, and neither is a password", async () => {
    await start();
    const ann = await register(api, "ann@example.com");
    const kept = JSON.stringify([
      await api.store.accounts.findLogin(ann.email),
      await api.store.accounts.getAccountUse(ann.id),
    ]);
    expect(kept).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
    for (const secret of [ann.key, ann.key.slice(12), ann.password]) expect(kept).not.toContain(secret);
  });
});

describe("VH-25: an account's rates", () => {
  it("are counted and told, and beyond them there is 429 with when to go on", async () => {
    await start({ config: { requests_per_minute: 3 } });
    const [ann, bob] = [await register(api, "ann@example.com"), await register(api, "bob@example.com")];
    const answers = [];
    for (const _ of Array(5)) answers.push(await get("/sessions", ann.byKey));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(answers[0]?.headers["ratelimit"]).toMatch(/^"account"; r=2; t=\d+$/);
    expect(answers[0]?.headers["ratelimit-policy"]).toMatch(/^"account"; q=3; w=60;/);
    const refused = answers[3]!;
    expect(refused.json?.code).toBe("rate_limited");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await get("/sessions", ann.byToken)).status).toBe(429);
    expect((await get("/sessions", bob.byKey)).status).toBe(200);
  });

  it("are not counted before anybody has registered", async () => {
    await start({ config: { requests_per_minute: 1 } });
    for (const _ of Array(3)) {
      const { status, headers } = await get("/sessions");
      expect([status, headers["ratelimit"]]).toEqual([200, undefined]);
    }
  });

  it("of wrong passwords hold for the e-mail, whatever a header says of the address", async () => {
    await start();
    const ann = await register(api, "ann@example.com");
    const tryToLogIn = async (password: string, at: number) =>
      post(
        "/auth/login",
        { email: ann.email, password },
        { "x-forwarded-for": `10.0.0.${at}`, forwarded: `for=${at}` },
      );
    const statuses = [];
    for (let at = 0; at < 12; at += 1) statuses.push((await tryToLogIn("wrong horse", at)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await tryToLogIn(ann.password, 99)).status).toBe(429);
    expect((await post("/auth/login", { email: "bob@example.com", password: "wrong horse" })).status).toBe(401);
  });

  it("of right passwords do not run out", async () => {
    await start();
    const { email, password } = await register(api, "ann@example.com");
    for (const _ of Array(15)) expect((await post("/auth/login", { email, password })).status).toBe(200);
  });

  it("A128: of an address hold whatever a header says of it", async () => {
    await start();
    const statuses = [];
    for (let at = 0; at < 65; at += 1) {
      const headers = { "x-forwarded-for": `10.0.0.${at}`, "x-real-ip": `10.0.1.${at}` };
      statuses.push((await post("/auth/login", { email: "no e-mail", password: "x" }, headers)).status);
    }
    expect(statuses.indexOf(429)).toBe(60);
    expect(new Set(statuses.slice(60))).toEqual(new Set([429]));
  });
});

describe("VH-28: an admin", () => {
  const people = async (): Promise<readonly [Person, Person, Person]> => {
    await start();
    return [
      await register(api, adminEmail),
      await register(api, "ann@example.com"),
      await register(api, "bob@example.com"),
    ];
  };

  it("is whoever registers with an e-mail of the list", async () => {
    const [admin, ann] = await people();
    expect((await asked(meSchema, "/auth/me", admin.byKey)).role).toBe("admin");
    expect((await asked(meSchema, "/auth/me", ann.byKey)).role).toBe("user");
  });

  it("sees the accounts in pages, with how much they have", async () => {
    const [admin, ann] = await people();
    await api.store.createMessageSession({ ...hello, project: ann.project });
    const first = await asked(adminUsersSchema, "/admin/users?limit=2", admin.byKey);
    expect([first.total, first.count]).toEqual([3, 2]);
    expect(first.users[1]).toEqual({
      id: ann.id,
      email: "ann@example.com",
      role: "user",
      name: null,
      created_at: expect.any(String) as unknown,
      suspended: false,
      traces: 1,
      sessions: 1,
    });
    const rest = await asked(adminUsersSchema, "/admin/users?limit=2&offset=2", admin.byKey);
    expect(rest.users.map(({ email }) => email)).toEqual(["bob@example.com"]);
    for (const query of ["limit=-1", "limit=1e9", "limit=x", "offset=-1", "unknown=1", "limit=1&limit=2"])
      expect((await get(`/admin/users?${query}`, admin.byKey)).status).toBe(400);
  });

  it("sees the server in numbers", async () => {
    const [admin, ann] = await people();
    await api.store.createMessageSession({ ...hello, project: ann.project });
    await api.store.createMessageSession(hello);
    expect(await asked(adminCountsSchema, "/admin/counts", admin.byKey)).toEqual({
      users: 3,
      admins: 1,
      suspended: 0,
      sessions: 2,
      turns: 0,
    });
    expect(await asked(adminStatsSchema, "/admin/stats", admin.byKey)).toEqual({
      sessions: { total: 2, by_status: { open: 0, pending: 2, running: 0, closing: 0, completed: 0, failed: 0 } },
      turns: { total: 0, judged: 0, helpful: 0, neutral: 0, harmful: 0 },
      days: [{ day: new Date().toISOString().slice(0, 10), sessions: 2, turns: 0 }],
    });
  });

  it("suspends an account and takes that back, at once", async () => {
    const [admin, ann] = await people();
    expect((await get("/sessions", ann.byKey)).status).toBe(200);
    const suspended = await post(`/admin/users/${ann.id}/suspend`, undefined, admin.byKey);
    expect(JSON.parse(suspended.text)).toEqual({ id: ann.id, suspended: true });
    expect((await get("/sessions", ann.byKey)).json).toEqual({
      detail: "this account is suspended; ask whoever runs this server",
      code: "account_suspended",
    });
    await post(`/admin/users/${ann.id}/unsuspend`, undefined, admin.byKey);
    expect((await get("/sessions", ann.byKey)).status).toBe(200);
  });

  it("deletes an account with everything it has, and nothing else", async () => {
    const [admin, ann, bob] = await people();
    const sessions = await Promise.all(
      Array.from({ length: 50 }, () => api.store.createMessageSession({ ...hello, project: ann.project })),
    );
    const kept = await api.store.createMessageSession({ ...hello, project: bob.project });
    const remove = () => ask(api, `/api/v1/admin/users/${ann.id}`, { method: "DELETE", headers: admin.byKey });
    expect(await remove()).toMatchObject({ status: 204, text: "" });
    expect((await get("/sessions", ann.byKey)).status).toBe(401);
    for (const ref of sessions) expect(await api.store.getSession(ref)).toBeUndefined();
    expect(await api.store.getSession(kept)).toBeDefined();
    expect((await remove()).status).toBe(404);
    await register(api, "ann@example.com");
  });

  it("cannot shut out the last admin", async () => {
    const [admin, ann] = await people();
    const suspended = await post(`/admin/users/${admin.id}/suspend`, undefined, admin.byKey);
    expect([suspended.status, suspended.json?.code]).toEqual([409, "last_admin"]);
    const deleted = await ask(api, `/api/v1/admin/users/${admin.id}`, { method: "DELETE", headers: admin.byKey });
    expect([deleted.status, deleted.json?.code]).toEqual([409, "last_admin"]);
    expect((await post(`/admin/users/${ann.id}/suspend`, undefined, admin.byKey)).status).toBe(200);
  });
});

describe("a start", () => {
  it("makes admins of those whose e-mail was added, and of nobody else", async () => {
    const { store, close } = await openStore();
    api = await startApi();
    const withAdmins = (emails: unknown) => createAccounts(store, recordingLogger(), { admin_emails: emails });
    const first = withAdmins([]);
    await first.start?.();
    await first.accounts?.register({ email: "ann@example.com", password: "12345678" }, { isLocal: true });
    const roles = async () =>
      (await store.accounts.findAccounts({ limit: 9, offset: 0 })).accounts.map(({ role }) => role);
    expect(await roles()).toEqual(["user"]);
    await withAdmins('["Ann@Example.com"]').start?.();
    expect(await roles()).toEqual(["admin"]);
    await withAdmins("").start?.();
    expect(await roles()).toEqual(["user"]);
    await close();
  });

  it("goes on with a deletion that an earlier one had begun", async () => {
    const { store, close } = await openStore();
    api = await startApi();
    const logger = recordingLogger();
    const before = createAccounts(store, logger);
    await before.start?.();
    await before.accounts?.register({ email: "ann@example.com", password: "12345678" }, { isLocal: true });
    const account = await store.accounts.findLogin("ann@example.com");
    await store.createMessageSession(hello);
    await store.accounts.beginDeletion(account!.account.id);
    await before.shutdown?.();
    const after = createAccounts(store, logger);
    await after.start?.();
    await expect.poll(() => store.accounts.hasAccounts()).toBe(false);
    expect((await store.findSessions({ project: "default", limit: 9 })).sessions).toEqual([]);
    await after.shutdown?.();
    await close();
  });

  it("keeps logins: what signs them is made up once", async () => {
    const { store, close } = await openStore();
    api = await startApi();
    const before = createAccounts(store, recordingLogger());
    await before.start?.();
    const registered = await before.accounts?.register(
      { email: "a@b.example", password: "12345678" },
      { isLocal: true },
    );
    if (typeof registered !== "object") throw new Error("it was not registered");
    const after = createAccounts(store, recordingLogger());
    await after.start?.();
    const headers = { authorization: `Bearer ${registered.token}` };
    const caller = await after.authenticate(headers, "read", { isLocal: true });
    expect(caller).toMatchObject({ project: "default", account: { email: "a@b.example", role: "user" } });
    await close();
  });

  test.each<[string, string]>([
    ["", "is not set"],
    ["short", "has less than 32 characters"],
    ["your-secret-key-change-in-production", "is one that others know"],
    ["09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "is one that others know"],
    ["a".repeat(64), "is one that others know"],
  ])("beyond this machine is refused with the secret %j, which the message does not repeat", async (jwtSecret, why) => {
    api = await startApi();
    const authenticator = createAccounts(api.store, recordingLogger(), { jwt_secret: jwtSecret });
    const open = () => authenticator.requireDoor?.({ isLocal: false }, "service::api::endpoint");
    expect(open).toThrow(StartError);
    expect(open).toThrow(why);
    expect(open).not.toThrow(jwtSecret || "no secret at all");
    expect(() => authenticator.requireDoor?.({ isLocal: true }, "service::api::endpoint")).not.toThrow();
  });
});
