/** How commands ask a server, and what they say of the answers of one that says the same to everything. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { Turnwise } from "@turnwise/client";
import { afterEach, describe, expect, it } from "vitest";
import { askServer, createApiClient } from "../../src/api-client.ts";
import { listen, type Listener } from "../../src/component/listen.ts";

let listener: Listener | undefined;
afterEach(async () => listener?.close({ graceMs: 0 }));

interface Said {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const health: Said = {
  status: 200,
  body: '{"status":"ok","version":"1.2.3","credentials_required":false,"damages":0,"judges":[]}',
};
const noSessions: Said = { status: 200, body: '{"sessions":[],"next_cursor":null}' };

/** The environment of a command whose server says so, and the headers of the requests that the server got. */
async function serverThatSays(said: Said, saidOfHealth = health) {
  const seen: IncomingHttpHeaders[] = [];
  const app = () =>
    createServer((request, response) => {
      seen.push(request.headers);
      const { status, body, headers = {} } = request.url === "/api/v1/health" ? saidOfHealth : said;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  listener = await listen({ host: "127.0.0.1", port: 0 }, "test", app);
  return { env: { TURNWISE_URL: `${listener.url}/` }, seen };
}

const list = async ({ sessions }: Turnwise) => sessions.list();

describe("a command that asks a server", () => {
  it.each<[string, Said, string, string, string]>([
    ["an error", { status: 404, body: '{"detail":"gone","code":"not_found"}' }, "not_found", "gone", "List"],
    ["a wrong key", { status: 401, body: '{"detail":"who?","code":"no_key"}' }, "no_key", "who?", "TURNWISE_API_KEY"],
    ["a busy server", { status: 503, body: '{"detail":"no","code":"busy"}' }, "busy", "no", "Try again in a moment"],
    ["what nobody foresaw", { status: 418, body: '{"detail":"tea","code":"pot"}' }, "pot", "tea", "--help"],
    [
      "an error of something in between",
      { status: 502, body: "<html>bad gateway</html>" },
      "answer_unexpected",
      "status 502",
      "TURNWISE_URL",
    ],
    ["a page", { status: 200, body: "<html>hello</html>" }, "answer_unexpected", "not as a Turnwise", "TURNWISE_URL"],
    [
      "a redirect",
      { status: 307, body: "", headers: { location: "http://127.0.0.1:9/" } },
      "server_unreachable",
      "no server answers at http://127.0.0.1:",
      "turnwise serve",
    ],
  ])("explains %s", async (_name, said, code, message, remedy) => {
    const { env } = await serverThatSays(said);
    const failure: unknown = await askServer(env, list).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ApiClientError", code });
    expect(failure).toHaveProperty("message", expect.stringContaining(message));
    expect(failure).toHaveProperty("remedy", expect.stringContaining(remedy));
  });

  it.each([
    "<html>hello</html>",
    "",
    "null",
    "[]",
    '"ok"',
    '{"sessions":[{}]}',
    '{"status":"ok"}',
    '{"status":"ok","version":3,"judges":[]}',
  ])("takes no server for its own that says %j of its health", async (body) => {
    const { env, seen } = await serverThatSays(noSessions, { status: 200, body });
    await expect(askServer(env, list)).rejects.toMatchObject({
      code: "answer_unexpected",
      message: `${listener?.url} answers, but not as a Turnwise server does`,
    });
    expect(seen).toHaveLength(1);
  });

  const lists: readonly (readonly [string, (client: Turnwise) => Promise<unknown>, string])[] = [
    ["sessions", async ({ sessions }) => sessions.get("x"), "turnwise sessions"],
    ["parked requests", async ({ server }) => server.dropParkedRequest(1), "turnwise queue list"],
    ["accounts", async ({ admin }) => admin.suspend("x"), "turnwise accounts list"],
    ["runs", async ({ runs }) => runs.get("x"), "turnwise runs"],
    ["datasets", async ({ datasets }) => datasets.delete("x"), "turnwise datasets"],
  ];
  it.each(lists)("names the command that lists %s when one of them is not there", async (_name, work, command) => {
    const { env } = await serverThatSays({ status: 404, body: '{"detail":"gone","code":"not_found"}' });
    await expect(askServer(env, work)).rejects.toMatchObject({ remedy: `List what there is with: ${command}` });
  });

  it.each(lists)("names it also when one of the %s is not in the state for it", async (_name, work, command) => {
    const { env } = await serverThatSays({ status: 409, body: '{"detail":"used","code":"in_use"}' });
    await expect(askServer(env, work)).rejects.toMatchObject({ remedy: `See what there is with: ${command}` });
  });

  it("says when nobody answers, without trying again", async () => {
    await expect(askServer({ TURNWISE_URL: "http://127.0.0.1:9/" }, list)).rejects.toMatchObject({
      code: "server_unreachable",
      message: "no server answers at http://127.0.0.1:9",
      remedy: "Start one with: turnwise serve; or set TURNWISE_URL to where it runs",
    });
    const { env, seen } = await serverThatSays({ status: 503, body: '{"detail":"no","code":"busy"}' });
    await expect(askServer(env, list)).rejects.toMatchObject({ code: "busy" });
    expect(seen).toHaveLength(2);
  });

  it("leaves alone what fails without the server", async () => {
    const { env } = await serverThatSays(noSessions);
    const own = new RangeError("of the command");
    await expect(askServer(env, async () => Promise.reject(own))).rejects.toBe(own);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, "http://localhost:8000"],
    [{ TURNWISE_URL: "", TURNWISE_PORT: "" }, "http://localhost:8000"],
    [{ TURNWISE_PORT: "8001" }, "http://localhost:8001"],
    [{ TURNWISE_PORT: "8001", TURNWISE_URL: "http://127.0.0.1:9000/" }, "http://127.0.0.1:9000"],
  ])("finds the server that was started with %j", (env, url) => {
    expect(createApiClient(env).url).toBe(url);
  });

  it.each([
    [{ TURNWISE_URL: "nonsense" }, "TURNWISE_URL is not an http URL"],
    [{ TURNWISE_URL: "ftp://x" }, "TURNWISE_URL is not an http URL"],
    [{ TURNWISE_PORT: "many" }, "TURNWISE_PORT is not a port"],
  ])("refuses %j", (env, message) => {
    expect(() => createApiClient(env)).toThrow(expect.objectContaining({ code: "url_invalid", message }));
  });

  it("sends the key, and only when there is one", async () => {
    const { env, seen } = await serverThatSays(noSessions);
    await askServer({ ...env, TURNWISE_API_KEY: "vh_invented" }, list);
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer vh_invented", "Bearer vh_invented"]);
    await askServer({ ...env, TURNWISE_API_KEY: "" }, list);
    expect(seen.slice(2).map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it("says what to do about a key that cannot be sent, and never shows one", async () => {
    const { env } = await serverThatSays({ status: 401, body: "no" });
    await expect(askServer({ ...env, TURNWISE_API_KEY: "vh_ invented" }, list)).rejects.toMatchObject({
      code: "unauthenticated",
      remedy: "Set TURNWISE_API_KEY to a valid key",
    });
    for (const key of ["vh_invented", "vh_ invented"]) {
      const failure: unknown = await askServer({ ...env, TURNWISE_API_KEY: key }, list).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(Error);
      expect(String(failure) + JSON.stringify(failure)).not.toContain("invented");
    }
  });
});
