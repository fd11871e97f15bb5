/**
 * Who may ask what of an API with accounts: every route of the table, asked by everybody. What the doors of OTLP say to the same
 * people is in test/integration/accounts.test.ts.
 */
import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorSchema } from "../../src/api/error-contract.ts";
import type { Route } from "../../src/api/route.ts";
import { routes } from "../../src/api/routes.ts";
import { adminEmail, type Person, register, startAccountApi } from "./account-api.ts";
import { type ApiServer, ask, hello } from "./api-server.ts";
import { sampleCall } from "./sample-call.ts";

const secret = "a-signing-key-of-this-test-0123456789";
const nowhere = "0".repeat(32);
const wrongKey = `vh_${randomBytes(32).toString("base64url")}`;

const named = routes.map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
const guarded = named.filter(({ access }) => access !== "public");
const withSession = guarded.filter(({ path }) => path.includes(":id"));
const ofAdmins = guarded.filter(({ access }) => access === "admin");
const ofAccounts = guarded.filter(({ access }) => access !== "admin");

type Headers = Readonly<Record<string, string>>;
const bearer = (credential: string): Headers => ({ authorization: `Bearer ${credential}` });

/** Nothing that is there, so that who is let in changes nothing and waits for nothing. */
const call = (api: ApiServer, route: Route, headers: Headers, id = nowhere, account = nowhere) =>
  ask(api, ...sampleCall(route, { headers, id, account }));

/** All other tests take the table at its word. */
describe("the table", () => {
  it("lets anybody in only where nobody can have a key yet, and where nothing is told", () => {
    expect(named.filter(({ access }) => access === "public").map(({ name }) => name)).toEqual([
      "get /api/v1/health",
      "get /api/v1/openapi.json",
      "get /api/v1/docs",
      "post /api/v1/auth/register",
      "post /api/v1/auth/login",
    ]);
  });

  it("lets whoever may only read change nothing, and whoever may only add see nothing", () => {
    const changing = guarded.filter(({ method, path }) => method !== "get" && !path.endsWith("/analyze"));
    expect(changing.filter(({ access }) => access === "read").map(({ name }) => name)).toEqual([]);
    const showing = guarded.filter(({ method }) => method === "get");
    expect(showing.filter(({ access }) => access === "ingest" || access === "write").map(({ name }) => name)).toEqual(
      [],
    );
    const removing = guarded.filter(({ method }) => method === "delete");
    expect(removing.filter(({ access }) => access === "ingest").map(({ name }) => name)).toEqual([]);
  });

  it.each(named.filter(({ path }) => path.includes("/admin/")))("keeps $name for admins", ({ access }) => {
    expect(access).toBe("admin");
  });
});

describe("before anybody has registered, on this machine", () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startAccountApi();
  });
  afterAll(async () => api.close());

  it.each(
    named.filter(({ access, path }) => access !== "account" && access !== "admin" && !path.endsWith("/register")),
  )("nobody needs a key for $name", async (route) => {
    const { status, json } = await call(api, route, {});
    // A wrong password is a 401 of its own.
    const isPassword = json?.detail === "the e-mail or the password is wrong";
    expect([401, 403].includes(status)).toBe(isPassword);
    expect(isPassword).toBe(route.path.endsWith("/login"));
  });

  it.each(guarded)("a wrong key is refused by $name all the same", async (route) => {
    const { status, json } = await call(api, route, { "x-api-key": wrongKey });
    expect([status, json]).toEqual([401, { detail: "the key is not known here", code: "unauthenticated" }]);
  });

  it.each(guarded.filter(({ access }) => access === "account" || access === "admin"))(
    "$name is for accounts",
    async (route) => {
      const { status, json } = await call(api, route, {});
      expect([status, json?.detail]).toEqual([401, "this is for accounts: register, or log in"]);
    },
  );

  it.each(named)("a page of elsewhere gets nothing from $name, whatever name it goes by", async (route) => {
    const { status, json } = await call(api, route, { host: "rebound.example:8000" });
    expect([status, json?.code]).toEqual([421, "wrong_host"]);
    if (route.method === "get") return;
    const crossOrigin = await call(api, route, { origin: "https://evil.example" });
    expect([crossOrigin.status, crossOrigin.json?.code]).toEqual([403, "wrong_origin"]);
  });

  it("says in its health that no credentials are needed", async () => {
    expect(JSON.parse((await ask(api, "/api/v1/health")).text)).toMatchObject({ credentials_required: false });
  });
});

describe("with accounts", () => {
  let api: ApiServer;
  let admin: Person;
  let user: Person;
  let other: Person;
  let suspended: Person;
  let deleted: Person;
  /** A session of the user. */
  let id: string;
  beforeAll(async () => {
    api = await startAccountApi({ config: { jwt_secret: secret } });
    user = await register(api, "user@example.com");
    admin = await register(api, adminEmail);
    other = await register(api, "other@example.com");
    suspended = await register(api, "suspended@example.com");
    deleted = await register(api, "deleted@example.com");
    ({ id } = await api.store.createMessageSession({ ...hello, project: user.project }));
    const users = "/api/v1/admin/users";
    await ask(api, `${users}/${suspended.id}/suspend`, { method: "POST", headers: admin.byKey });
    await ask(api, `${users}/${deleted.id}`, { method: "DELETE", headers: admin.byKey });
  });
  afterAll(async () => api.close());

  const sign = async (claims: object, key = secret): Promise<string> =>
    new SignJWT({ iss: "turnwise", sub: user.id, exp: Math.floor(Date.now() / 1000) + 600, ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(key));
  const unsigned = (header: object): string => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
    const payload = encode({ iss: "turnwise", sub: admin.id, exp: Math.floor(Date.now() / 1000) + 600 });
    return `${encode(header)}.${payload}`;
  };

  const strangers: readonly (readonly [string, () => Promise<Headers> | Headers])[] = [
    ["nobody", () => ({})],
    ["an empty key", () => ({ "x-api-key": " " })],
    ["a wrong key", () => ({ "x-api-key": wrongKey })],
    ["a wrong key as a bearer's", () => bearer(wrongKey)],
    ["a key cut short", () => ({ "x-api-key": user.key.slice(0, -1) })],
    ["no key at all in the header", () => ({ "x-api-key": "vh_" })],
    ["a key in other letters", () => ({ "x-api-key": "vh_ké\u00ff" })],
    ["the digest of a key", () => ({ "x-api-key": `vh_${createHmac("sha256", "").update("").digest("base64url")}` })],
    ["two credentials", () => ({ ...user.byKey, ...user.byToken })],
    ["the key in another scheme", () => ({ authorization: `Basic ${user.key}` })],
    ["the key in a cookie", () => ({ cookie: `x-api-key=${user.key}` })],
    ["a token in the key's header", () => ({ "x-api-key": user.token })],
    ["a token that has expired", async () => bearer(await sign({ exp: Math.floor(Date.now() / 1000) - 1 }))],
    ["a token that never expires", async () => bearer(await sign({ exp: undefined }))],
    ["a token of another server", async () => bearer(await sign({}, "another-signing-key-0123456789-abcdef"))],
    ["a token of another issuer", async () => bearer(await sign({ iss: "elsewhere" }))],
    ["a token for nobody", async () => bearer(await sign({ sub: nowhere }))],
    ["a token without a signature", () => bearer(`${unsigned({ alg: "none" })}.`)],
    ["a token that names another algorithm", () => bearer(`${unsigned({ alg: "HS512" })}.${"A".repeat(86)}`)],
    ["a token with its end changed", () => bearer(`${user.token.slice(0, -3)}AAA`)],
    ["what is no token", () => bearer("a.b.c")],
    ["the key of a deleted account", () => deleted.byKey],
    ["the token of a deleted account", () => deleted.byToken],
  ];
  it.each(guarded.flatMap((route) => strangers.map(([who, headersOf]) => ({ ...route, who, headersOf }))))(
    "$who is refused by $name",
    async ({ headersOf, ...route }) => {
      const headers = await headersOf();
      const { status, json, text, headers: answered } = await call(api, route, headers, id, user.id);
      expect([status, errorSchema.parse(json).code]).toEqual([401, "unauthenticated"]);
      expect(answered["www-authenticate"]).toMatch(/^Bearer realm="turnwise"/);
      const shown = Object.values(headers).map((value) => value.slice(-8));
      expect(shown.filter((end) => end.length === 8 && text.includes(end))).toEqual([]);
    },
  );

  it.each(guarded)("A122: nobody can give a key to $name in the query", async (route) => {
    for (const parameter of ["x-api-key", "api_key", "access_token", "token"]) {
      const { status } = await call(api, { ...route, path: `${route.path}?${parameter}=${user.key}` }, {});
      expect(status).toBe(401);
    }
  });

  it.each(guarded)("a suspended account may do nothing at $name, by key and by token", async (route) => {
    for (const headers of [suspended.byKey, suspended.byToken]) {
      const { status, json } = await call(api, route, headers);
      expect([status, json?.code]).toEqual([403, "account_suspended"]);
    }
  });

  it.each(withSession)("A121: $name does not find another account's session, not even for an admin", async (route) => {
    for (const person of [other, admin]) {
      const { status, json } = await call(api, route, person.byKey, id);
      expect([status, json]).toEqual([404, { detail: "there is no session with this id", code: "not_found" }]);
    }
  });

  it.each(ofAdmins)("a user may not use $name, on others as little as on itself", async (route) => {
    for (const account of [other.id, user.id]) {
      const { status, json } = await call(api, route, user.byToken, nowhere, account);
      expect([status, json?.code]).toEqual([403, "forbidden"]);
    }
  });

  it.each(ofAdmins)("an admin may use $name", async (route) => {
    for (const headers of [admin.byKey, admin.byToken]) {
      const { status } = await call(api, route, headers);
      expect(status).toBe(route.path.includes(":account") ? 404 : 200);
    }
  });

  it.each(ofAccounts)("a user may use $name", async (route) => {
    const { status } = await call(api, route, other.byToken);
    expect([401, 403]).not.toContain(status);
  });

  it.each(guarded)("$name refuses a query parameter that it does not know", async (route) => {
    const { status, json } = await call(api, { ...route, path: `${route.path}?surprise=1` }, admin.byToken);
    expect([status, json?.code]).toEqual([400, "invalid_request"]);
    expect(json?.detail).toContain('"surprise"');
  });

  it("sees none of another's sessions in any list, by any filter", async () => {
    for (const path of [
      "/sessions",
      "/sessions?q=hello",
      "/traces",
      "/traces?limit=1000",
      "/rebuilds",
      "/labels",
      "/judges",
      "/backfills",
      "/parked-requests",
    ]) {
      const { status, text } = await ask(api, `/api/v1${path}`, { headers: other.byToken });
      expect(status).toBe(200);
      expect(text).not.toContain(id);
    }
    const { text } = await ask(api, "/api/v1/admin/users", { headers: admin.byKey });
    expect(text).not.toContain(id);
  });

  it("asks for no Host and no Origin: no page elsewhere can have a key", async () => {
    const headers = { ...admin.byKey, host: "turnwise.example", origin: "https://turnwise.example" };
    expect((await ask(api, "/api/v1/sessions", { headers })).status).toBe(200);
    expect(JSON.parse((await ask(api, "/api/v1/health", { headers: { host: "x" } })).text)).toMatchObject({
      credentials_required: true,
    });
  });

  it("ends the event streams of an account that is suspended", async () => {
    const person = await register(api, "reader@example.com");
    const session = await api.store.createMessageSession({ ...hello, project: person.project });
    const response = await fetch(`${api.url}/api/v1/sessions/${session.id}/stream`, { headers: person.byKey });
    expect(response.status).toBe(200);
    const ended = response.text();
    await ask(api, `/api/v1/admin/users/${person.id}/suspend`, { method: "POST", headers: admin.byKey });
    expect(await Promise.race([ended, sleep(5000, "still open")])).toContain("session-updated");
  });

  it("A122, A123: no key, token, password or e-mail is in the log", async () => {
    const log = JSON.stringify(api.log);
    const people = [admin, user, other, suspended, deleted];
    const secrets = people.flatMap(({ key, token, password, email }) => [key, token, password, email]);
    for (const one of [...secrets, secret, wrongKey]) expect(log).not.toContain(one);
  });
});
