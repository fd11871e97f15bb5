/** Who may ask what of an API that asks who is calling. Generated from the route table, so that no route is forgotten. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionPageSchema } from "../../src/api/contract.ts";
import { errorSchema } from "../../src/api/error-contract.ts";
import { routes } from "../../src/api/routes.ts";
import type { Route } from "../../src/api/route.ts";
import type { Authenticator } from "../../src/component/extension.ts";
import { bearerTokenAuth } from "../../src/extensions/bearer-token-auth.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { type ApiServer, ask, hello, startApi } from "./api-server.ts";
import { sampleCall } from "./sample-call.ts";

const keys = {
  ours: "key-of-ours-1",
  theirs: "key-of-theirs-2",
  sender: "key-of-a-sender-3",
  reader: "key-of-a-reader-4",
};

function createAuthenticator(): Authenticator {
  const config = bearerTokenAuth.configSchema.parse({
    tokens: [
      { token: keys.ours, project: "ours" },
      { token: keys.theirs, project: "theirs" },
      { token: keys.sender, project: "ours", rights: ["ingest"] },
      { token: keys.reader, project: "ours", rights: ["read"] },
    ],
  });
  const context = { id: "bearertokenauth", logger: recordingLogger(), telemetry: { count() {}, gauge() {} } };
  return bearerTokenAuth.create(config, { ...context, isReady: () => true, ...noNeeds }) as Authenticator;
}

let api: ApiServer;
/** A session of the project `ours`. */
let id: string;
beforeAll(async () => {
  api = await startApi({ authenticator: createAuthenticator() });
  ({ id } = await api.store.createMessageSession({ ...hello, project: "ours" }));
});
afterAll(async () => {
  await api.close();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** A request to the route that would be answered if everybody might make it. */
const callTo = (route: Route, headers: Record<string, string>) => ask(api, ...sampleCall(route, { id, headers }));

const guarded = routes
  .filter(({ access }) => access !== "public")
  .map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
const withSession = guarded.filter(({ path }) => path.includes(":id"));

describe("a caller without a good key", () => {
  const headers: readonly (readonly [string, Record<string, string>, string])[] = [
    ["no key", {}, 'Bearer realm="turnwise"'],
    ["an empty header", { authorization: "" }, 'Bearer realm="turnwise"'],
    ["a wrong key", bearer("wrong-key-9"), 'Bearer realm="turnwise", error="invalid_token"'],
    [
      "the key in another scheme",
      { authorization: `Basic ${keys.ours}` },
      'Bearer realm="turnwise", error="invalid_token"',
    ],
    ["the key in another header", { "x-api-key": keys.ours }, 'Bearer realm="turnwise"'],
    ["the key in a cookie", { cookie: `authorization=Bearer ${keys.ours}` }, 'Bearer realm="turnwise"'],
  ];
  it.each(guarded.flatMap((route) => headers.map(([what, sent, challenge]) => ({ ...route, what, sent, challenge }))))(
    "with $what is refused by $name, in JSON and with a challenge",
    async ({ sent, challenge, ...route }) => {
      const { status, json, headers, text } = await callTo(route, sent);
      expect([status, errorSchema.parse(json).code, headers["www-authenticate"]]).toEqual([
        401,
        "unauthenticated",
        challenge,
      ]);
      expect(text).not.toMatch(/wrong-key|key-of/);
    },
  );

  it.each(guarded)("A122: cannot give the key to $name in the query", async ({ name: _name, ...route }) => {
    for (const parameter of ["token", "access_token", "api_key", "authorization"]) {
      const path = `${route.path}?${parameter}=${keys.ours}`;
      const { status, text } = await callTo({ ...route, path }, {});
      expect(status).toBe(401);
      expect(text).not.toContain(keys.ours);
    }
  });

  it("is told what to send", async () => {
    const { json } = await ask(api, "/api/v1/sessions");
    expect(json?.detail).toBe('no credentials: send the header "authorization: Bearer TOKEN"');
  });

  it("is refused before its body is read", async () => {
    const socket = connect(api.port, "127.0.0.1");
    socket.write(
      "POST /api/v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
    );
    expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });
});

describe("a caller of another project", () => {
  it.each(withSession)("A121: does not find the session with $name", async (route) => {
    const { status, json } = await callTo(route, bearer(keys.theirs));
    expect([status, json]).toEqual([404, { detail: "there is no session with this id", code: "not_found" }]);
  });

  it("sees none of it in any list", async () => {
    for (const path of ["/api/v1/sessions", "/api/v1/sessions?q=Hello", "/api/v1/traces"]) {
      const { status, json, text } = await ask(api, path, { headers: bearer(keys.theirs) });
      expect([status, json]).toMatchObject([200, { sessions: [] }]);
      expect(text).not.toContain(id);
    }
  });

  it("changes nothing of it", async () => {
    const { json } = await ask(api, `/api/v1/sessions/${id}`, { headers: bearer(keys.ours) });
    expect(json).toMatchObject({ id, status: "pending" });
  });
});

describe("a caller with a good key", () => {
  it("sees the sessions of its project and sends to it", async () => {
    const sent = await ask(api, "/api/v1/traces", { headers: bearer(keys.theirs), body: { messages: hello.messages } });
    expect(sent.status).toBe(201);
    const listed = await ask(api, "/api/v1/sessions", { headers: bearer(keys.theirs) });
    expect(sessionPageSchema.parse(listed.json).sessions.map((session) => session.id)).toEqual([sent.json?.session_id]);
    const ours = await ask(api, "/api/v1/sessions", { headers: bearer(keys.ours) });
    expect(sessionPageSchema.parse(ours.json).sessions.map((session) => session.id)).toEqual([id]);
  });

  it.each(guarded)("R102: who may only send is forbidden $name, unless that is sending", async (route) => {
    const { status, json } = await callTo(route, bearer(keys.sender));
    expect([status === 403, json?.code === "forbidden"]).toEqual(Array(2).fill(route.access !== "ingest"));
    expect(status).not.toBe(401);
  });

  it.each(guarded.filter(({ access }) => access === "ingest" || access === "write"))(
    "who may only read is forbidden $name",
    async (route) => {
      const { status, json } = await callTo(route, bearer(keys.reader));
      expect([status, json]).toEqual([403, { detail: `the token may not ${route.access}`, code: "forbidden" }]);
    },
  );

  it.each(guarded.filter(({ access }) => access === "account" || access === "admin"))(
    "is told that there are no accounts by $name",
    async (route) => {
      const { status, json } = await callTo(route, bearer(keys.ours));
      expect([status, json?.code]).toEqual([404, "accounts_off"]);
      expect(json?.detail).toContain('name an extension of the type "accounts"');
    },
  );

  it("is asked for no Host and no Origin: no page elsewhere can have its key", async () => {
    const headers = { ...bearer(keys.ours), host: "turnwise.example", origin: "null" };
    const { status, headers: answered } = await ask(api, "/api/v1/sessions", { headers });
    expect(status).toBe(200);
    expect(answered).not.toHaveProperty("access-control-allow-origin");
  });
});

it("health is for everybody, and the log never holds a key", async () => {
  expect((await ask(api, "/api/v1/health")).status).toBe(200);
  expect(JSON.stringify(api.log)).not.toMatch(/key-of|wrong-key/);
});
