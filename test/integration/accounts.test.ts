/** Accounts at the doors of a whole server: OTLP over HTTP and gRPC, the API, the command line's client. */
import { rmSync } from "node:fs";
import { Metadata } from "@grpc/grpc-js";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { askServer, createApiClient } from "../../src/api-client.ts";
import { registeredSchema } from "../../src/api/account-contract.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { callExport } from "../conformance/grpc-client.ts";
import { modelCall } from "../support/agent-spans.ts";
import { startTestServer, temporaryDataDir, type TestServer, type TestServerOptions } from "../support/server.ts";

const adminEmail = "root@example.com";
const secret = "9fK2mX7cQv4LzR8tBn5WjY1sHd6GpE3a";

let server: TestServer;
const running = new Set<TestServer>();
afterEach(async () => {
  for (const one of running) await one.stop();
  running.clear();
});
async function start({ env, ...options }: TestServerOptions = {}): Promise<void> {
  server = await startTestServer({ ...options, env: { TURNWISE_ADMIN_EMAILS: adminEmail, ...env } });
  running.add(server);
}

/** With the port, at the address that reaches it from here. */
const at = (url: string | undefined): URL => Object.assign(new URL(url ?? ""), { hostname: "127.0.0.1" });

async function register(email: string) {
  const response = await fetch(new URL("/api/v1/auth/register", at(server.apiUrl)), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "correct horse battery" }),
  });
  if (response.status !== 201) throw new Error(`register answered ${response.status}: ${await response.text()}`);
  return registeredSchema.parse(await response.json());
}

const bodyOf = (conversation: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    encodeSpans([
      modelCall([{ role: "user", content: conversation }], {
        attributes: new Map([["gen_ai.conversation.id", conversation]]),
      }),
    ]).bytes,
  );

type Headers = Readonly<Record<string, string>>;

async function sendHttp(conversation: string, headers: Headers = {}, body = bodyOf(conversation)): Promise<number> {
  const response = await fetch(new URL("/v1/traces", at(server.otlpUrl)), {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...headers },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Returns the status code: 0 OK, 7 PERMISSION_DENIED, 16 UNAUTHENTICATED. */
async function sendGrpc(conversation: string, headers: Headers = {}): Promise<number> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const host = `127.0.0.1:${new URL(server.otlpGrpcUrl ?? "").port}`;
  return (await callExport(host, "traces", bodyOf(conversation), metadata)).code;
}

async function conversationsOf(key?: string): Promise<readonly (string | null)[]> {
  const env = { TURNWISE_URL: at(server.apiUrl).origin, TURNWISE_API_KEY: key };
  const { sessions } = await askServer(env, async (client) => client.sessions.list());
  return sessions.map((session) => session.conversation_id).toSorted((a, b) => (a ?? "").localeCompare(b ?? ""));
}

const key = (value: string): Headers => ({ "x-api-key": value });
const bearer = (value: string): Headers => ({ authorization: `Bearer ${value}` });
const wrong = `vh_${"A".repeat(43)}`;

describe("the doors of this machine", () => {
  test("take everything while nobody has registered, but no wrong key", async () => {
    await start();
    expect([await sendHttp("http"), await sendGrpc("grpc")]).toEqual([200, 0]);
    expect(await conversationsOf()).toEqual(["grpc", "http"]);
    for (const headers of [key(wrong), bearer(wrong), bearer("a.b.c"), { authorization: "Basic abc" }])
      expect([await sendHttp("refused", headers), await sendGrpc("refused", headers)]).toEqual([401, 16]);
    expect(await conversationsOf()).toEqual(["grpc", "http"]);
  });

  test("want a key once somebody has registered, and what it sends is that account's alone", async () => {
    await start();
    await sendHttp("before");
    const [first, second] = [await register("ann@example.com"), await register("bob@example.com")];
    expect([await sendHttp("nobody"), await sendGrpc("nobody")]).toEqual([401, 16]);
    for (const headers of [key(first.api_key), bearer(first.api_key), bearer(first.access_token)])
      expect([await sendHttp("http"), await sendHttp("http", headers)]).toEqual([401, 200]);
    expect(await sendGrpc("grpc", bearer(second.api_key))).toBe(0);
    expect(await sendGrpc("grpc too", key(second.api_key))).toBe(0);
    expect(await conversationsOf(first.api_key)).toEqual(["before", "http"]);
    expect(await conversationsOf(second.api_key)).toEqual(["grpc", "grpc too"]);
    await expect(conversationsOf()).rejects.toMatchObject({
      code: "unauthenticated",
      remedy: "Set TURNWISE_API_KEY to a valid key",
    });
  });

  test("A56: keep the same trace apart that two accounts send", async () => {
    await start();
    const [ann, bob] = [await register("ann@example.com"), await register("bob@example.com")];
    const body = bodyOf("the same");
    for (const { api_key } of [ann, bob, ann]) expect(await sendHttp("the same", key(api_key), body)).toBe(200);
    const client = (api_key: string) => createApiClient({ TURNWISE_URL: server.apiUrl, TURNWISE_API_KEY: api_key });
    const [anns, bobs] = await Promise.all([ann, bob].map(async (one) => client(one.api_key).sessions.list()));
    expect([anns?.sessions.length, bobs?.sessions.length]).toEqual([1, 1]);
    const [mine, theirs] = [anns?.sessions[0]?.id ?? "", bobs?.sessions[0]?.id ?? ""];
    expect(mine).not.toBe(theirs);
    await client(ann.api_key).sessions.delete(mine);
    await expect(client(ann.api_key).sessions.get(theirs)).rejects.toMatchObject({ code: "not_found" });
    expect((await client(bob.api_key).sessions.get(theirs)).id).toBe(theirs);
  });

  test("refuse a suspended account and a key that was replaced, at once", async () => {
    await start();
    const [admin, ann] = [await register(adminEmail), await register("ann@example.com")];
    const users = await fetch(`${server.apiUrl}/api/v1/admin/users`, { headers: bearer(admin.access_token) });
    const { users: listed } = (await users.json()) as { users: readonly { id: string; email: string }[] };
    const id = listed.find(({ email }) => email === "ann@example.com")?.id;
    expect([await sendHttp("one", key(ann.api_key)), await sendGrpc("two", key(ann.api_key))]).toEqual([200, 0]);
    const suspend = async (what: string) =>
      fetch(`${server.apiUrl}/api/v1/admin/users/${id}/${what}`, { method: "POST", headers: key(admin.api_key) });
    await suspend("suspend");
    expect([await sendHttp("no", key(ann.api_key)), await sendGrpc("no", key(ann.api_key))]).toEqual([403, 7]);
    await suspend("unsuspend");
    expect(await sendHttp("three", key(ann.api_key))).toBe(200);
    await fetch(`${server.apiUrl}/api/v1/auth/rotate-key`, { method: "POST", headers: key(ann.api_key) });
    expect([await sendHttp("no", key(ann.api_key)), await sendGrpc("no", key(ann.api_key))]).toEqual([401, 16]);
  });

  test("let a sender go that leaves while its key is being looked up", async () => {
    await start();
    const { api_key } = await register("ann@example.com");
    const leaving = new AbortController();
    const sending = fetch(new URL("/v1/traces", at(server.otlpUrl)), {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", ...key(wrong) },
      body: bodyOf("gone"),
      signal: leaving.signal,
    });
    leaving.abort();
    await expect(sending).rejects.toThrow("aborted");
    expect(await sendHttp("here", key(api_key))).toBe(200);
    expect(server.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("keep accounts, keys and logins over a restart", async () => {
    const dataDir = temporaryDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    await start({ dataDir });
    const ann = await register("ann@example.com");
    await server.stop();
    await start({ dataDir });
    for (const headers of [key(ann.api_key), bearer(ann.access_token)]) {
      const response = await fetch(`${server.apiUrl}/api/v1/auth/me`, { headers });
      expect([response.status, await response.json()]).toMatchObject([200, { email: "ann@example.com" }]);
    }
  });
});

describe("beyond this machine", () => {
  test.each<[string, Record<string, string>]>([
    ["without a secret", {}],
    ["with a short one", { TURNWISE_JWT_SECRET: "short" }],
    ["with a well-known one", { TRACE_OBS_JWT_SECRET: "change-me-change-me-change-me-change-me" }],
  ])("a server does not start %s, and says what to do", async (_what, env) => {
    const starting = startTestServer({ env: { TURNWISE_HOST: "0.0.0.0", ...env } });
    await expect(starting).rejects.toMatchObject({
      code: "endpoint_not_local",
      message: expect.stringContaining("can be reached from other machines") as unknown,
      remedy: expect.stringContaining("TURNWISE_JWT_SECRET") as unknown,
    });
  });

  test("with one it does, nobody is anonymous at any door, and whoever registers may send", async () => {
    await start({ env: { TURNWISE_HOST: "0.0.0.0", TURNWISE_JWT_SECRET: secret } });
    expect([await sendHttp("no"), await sendGrpc("no")]).toEqual([401, 16]);
    expect((await fetch(new URL("/api/v1/sessions", at(server.apiUrl)))).status).toBe(401);
    const { api_key } = await register("ann@example.com");
    expect([await sendHttp("http", key(api_key)), await sendGrpc("grpc", bearer(api_key))]).toEqual([200, 0]);
    expect(await conversationsOf(api_key)).toEqual(["grpc", "http"]);
    const told = JSON.stringify(server.logger.lines);
    for (const one of [api_key, secret, "ann@example.com"]) expect(told).not.toContain(one);
  });
});
