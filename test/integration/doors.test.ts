/** One key, every door: the same extension says at OTLP/HTTP, OTLP/gRPC, REST and SSE who is calling and whose data it is. */
import { Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createApiClient } from "../../src/api-client.ts";
import { runDoctor } from "../../src/doctor.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { callExport } from "../conformance/grpc-client.ts";
import { modelCall } from "../support/agent-spans.ts";
import { sendRaw } from "../support/http-client.ts";
import { END_HEADERS, frame, headerBlock, opening, openSocket } from "../support/http2-frames.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const keys = { a: "key-of-team-a", b: "key-of-team-b", wrong: "key-of-nobody" };

/** The packaged configuration with authentication at every door. */
const withKeys = (yaml: string): string =>
  yaml
    .replace(
      "extensions:\n",
      `extensions:\n  bearertokenauth:\n    tokens:\n      - { token: "\${env:KEY_A}", project: team-a }\n      - { token: ${keys.b}, project: team-b }\n`,
    )
    .replace("extensions: [health_check, accounts]", "extensions: [health_check, bearertokenauth]")
    .replaceAll("authenticator: accounts", "authenticator: bearertokenauth");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ edit: withKeys, env: { KEY_A: keys.a } });
});
afterAll(async () => {
  await server.stop();
});

const portOf = (url = ""): number => Number(new URL(url).port);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const bodyOf = (conversation: string): Uint8Array =>
  encodeSpans([
    modelCall([{ role: "user", content: conversation }], {
      attributes: new Map([["gen_ai.conversation.id", conversation]]),
    }),
  ]).bytes;

async function sendHttp(conversation: string, headers: Record<string, string>) {
  const response = await fetch(`${server.otlpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...headers },
    body: bodyOf(conversation),
  });
  return { status: response.status, challenge: response.headers.get("www-authenticate"), text: await response.text() };
}

async function sendGrpc(conversation: string, headers: Record<string, string>) {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return callExport(new URL(server.otlpGrpcUrl ?? "").host, "traces", bodyOf(conversation), metadata);
}

/** Conversation ids that the API lists to the owner of the key. */
async function conversationsOf(key: string): Promise<readonly string[]> {
  const client = createApiClient({ TURNWISE_URL: server.apiUrl, TURNWISE_API_KEY: key });
  return (await client.sessions.list()).sessions
    .map((session) => session.conversation_id ?? "")
    .toSorted((a, b) => a.localeCompare(b));
}

describe("one key opens every door", () => {
  test("what is sent with it over HTTP and gRPC belongs to its project, and only that project's key shows it", async () => {
    expect((await sendHttp("http a", bearer(keys.a))).status).toBe(200);
    expect((await sendHttp("http b", bearer(keys.b))).status).toBe(200);
    expect((await sendGrpc("grpc a", bearer(keys.a))).code).toBe(0);
    expect(await conversationsOf(keys.a)).toEqual(["grpc a", "http a"]);
    expect(await conversationsOf(keys.b)).toEqual(["http b"]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["without a key", {}, 'Bearer realm="turnwise"'],
    ["with a wrong key", bearer(keys.wrong), 'Bearer realm="turnwise", error="invalid_token"'],
  ])("nothing is taken or shown %s", async (_name, headers, challenge) => {
    const http = await sendHttp("refused", headers);
    expect([http.status, http.challenge]).toEqual([401, challenge]);
    const grpc = await sendGrpc("refused", headers);
    expect(grpc.code).toBe(16);
    const api = await fetch(`${server.apiUrl}/api/v1/sessions`, { headers });
    expect([api.status, api.headers.get("www-authenticate")]).toEqual([401, challenge]);
    for (const told of [http.text, grpc.message, await api.text()]) expect(told).not.toContain(keys.wrong);
    expect([...(await conversationsOf(keys.a)), ...(await conversationsOf(keys.b))]).not.toContain("refused");
  });

  test("an event stream opens for its project's key only", async () => {
    const { sessions } = await createApiClient({
      TURNWISE_URL: server.apiUrl,
      TURNWISE_API_KEY: keys.b,
    }).sessions.list();
    const url = `${server.apiUrl}/api/v1/sessions/${sessions[0]?.id}/stream`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: bearer(keys.a) })).status).toBe(404);
    const opened = await fetch(url, { headers: bearer(keys.b) });
    expect(opened.status).toBe(200);
    expect(opened.headers.get("content-type")).toMatch(/^text\/event-stream/);
    await opened.body?.cancel();
  });

  test("the doctor goes the whole way with it, and without it says what to do", async () => {
    const env = { TURNWISE_URL: server.apiUrl, TURNWISE_API_KEY: keys.a };
    const hops = async (own: NodeJS.ProcessEnv) => {
      const found = [];
      for await (const hop of runDoctor({ client: createApiClient(own), otlpUrl: server.otlpUrl, env: own }))
        found.push(hop);
      return found;
    };
    expect((await hops(env)).map(({ name, ok }) => [name, ok])).toEqual(
      ["environment", "api", "receiver", "store", "turns", "judge"].map((name) => [name, true]),
    );
    const without = await hops({ TURNWISE_URL: server.apiUrl });
    expect(without.at(-1)).toMatchObject({
      name: "receiver",
      ok: false,
      remedy: "Set TURNWISE_API_KEY to a key that may send",
    });
  });

  test("health and numbers stay open, and A123: no answer and no log line holds a key", async () => {
    expect((await fetch(server.healthUrl ?? "")).status).toBe(200);
    const numbers = await (await fetch(server.metricsUrl ?? "")).text();
    for (const told of [numbers, JSON.stringify(server.logger.lines)]) expect(told).not.toMatch(/key-of/);
    expect(numbers).toContain(
      'turnwise_receiver_refused_requests{receiver="otlp",transport="http",reason="unauthenticated"} 3',
    );
  });
});

describe("more than one key is refused, whichever of them is right", () => {
  const refusals = async (transport: string): Promise<number> => {
    const numbers = await (await fetch(server.metricsUrl ?? "")).text();
    const line = `turnwise_receiver_refused_requests{receiver="otlp",transport="${transport}",reason="unauthenticated"} `;
    return Number(numbers.split(line)[1]?.split("\n", 1)[0] ?? 0);
  };

  test.each<[string, readonly string[]]>([
    ["the first", [keys.a, keys.wrong]],
    ["the second", [keys.wrong, keys.a]],
    ["both of them, of two projects", [keys.a, keys.b]],
    ["both of them, the same", [keys.a, keys.a]],
  ])("%s", async (_which, shown) => {
    const lines = shown.map((key) => `Authorization: Bearer ${key}\r\n`).join("");
    const head = `Host: localhost\r\n${lines}Connection: close\r\n`;
    const api = await sendRaw({ port: portOf(server.apiUrl) }, `GET /api/v1/sessions HTTP/1.1\r\n${head}\r\n`);
    const type = "Content-Type: application/x-protobuf\r\nContent-Length: 0\r\n";
    const otlp = await sendRaw({ port: portOf(server.otlpUrl) }, `POST /v1/traces HTTP/1.1\r\n${head}${type}\r\n`);
    for (const answer of [api, otlp]) {
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
      expect(answer).toContain("given more than once");
    }
    const before = await refusals("grpc");
    const { socket } = await openSocket(new URL(server.otlpGrpcUrl ?? "").host);
    const block = headerBlock(shown.map((key) => ["authorization", `Bearer ${key}`]));
    socket.write(Buffer.concat([opening(), frame("headers", 1, block, END_HEADERS)]));
    await vi.waitFor(async () => expect(await refusals("grpc")).toBe(before + 1));
    socket.destroy();
  });
});

describe("beyond this machine", () => {
  test("a server listens where every door asks who is calling, and answers to any name", async () => {
    const open = await startTestServer({ edit: withKeys, env: { KEY_A: keys.a, TURNWISE_HOST: "0.0.0.0" } });
    try {
      const { port } = new URL(open.apiUrl);
      const response = await fetch(`http://127.0.0.2:${port}/api/v1/sessions`, { headers: bearer(keys.a) });
      expect(response.status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  test.each([
    ["health", "HEALTH", "extensions::health_check::endpoint", "public: true"],
    ["metrics", "METRICS", "service::telemetry::metrics::endpoint", "public: true"],
  ])("%s is not shown unless it is said to be public", async (_name, port, setting, remedy) => {
    const edit = (yaml: string) => withKeys(yaml).replace(new RegExp(`(${port}_PORT:-\\d+\\}"), public: true`), "$1");
    const starting = startTestServer({
      edit,
      env: { KEY_A: keys.a, TURNWISE_HOST: "0.0.0.0", TURNWISE_METRICS_HOST: "0.0.0.0" },
    });
    await expect(starting).rejects.toMatchObject({
      code: "endpoint_not_local",
      message: expect.stringContaining(setting) as unknown,
      remedy: expect.stringContaining(remedy) as unknown,
    });
  });

  test("R108: an authenticator that is not started keeps the server from starting", async () => {
    const edit = (yaml: string) => withKeys(yaml).replace("[health_check, bearertokenauth]", "[health_check]");
    await expect(startTestServer({ edit, env: { KEY_A: keys.a } })).rejects.toThrow(/bearertokenauth/);
  });

  test("an empty key is no key: the server does not start", async () => {
    await expect(startTestServer({ edit: withKeys, env: { KEY_A: "" } })).rejects.toThrow(
      /extensions::bearertokenauth::tokens/,
    );
  });
});
