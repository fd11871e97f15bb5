import { createServer, type IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createApiClient } from "../../src/api-client.ts";
import { listen, type Listener } from "../../src/component/listen.ts";

let listener: Listener | undefined;
afterEach(async () => listener?.close({ graceMs: 0 }));

interface Said {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of a server that says the same to everything, and the headers of the requests that it got. */
async function clientOf({ status, body, headers = {} }: Said, env: Readonly<Record<string, string>> = {}) {
  const seen: IncomingHttpHeaders[] = [];
  const app = () =>
    createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  listener = await listen({ host: "127.0.0.1", port: 0 }, "test", app);
  return { client: createApiClient({ TURNWISE_URL: `${listener.url}/`, ...env }), seen };
}

describe("the client of the API", () => {
  it.each<[string, Said, string, string]>([
    ["an error of the API", { status: 404, body: '{"detail":"gone","code":"not_found"}' }, "not_found", "gone"],
    ["a wrong key", { status: 401, body: '{"detail":"who?","code":"no_key"}' }, "no_key", "who?"],
    [
      "an error of something else",
      { status: 502, body: "<html>bad gateway</html>" },
      "answer_unexpected",
      "status 502",
    ],
    ["a page", { status: 200, body: "<html>hello</html>" }, "answer_unexpected", "not as a Turnwise server"],
    ["another JSON", { status: 200, body: '{"sessions":[{}]}' }, "answer_unexpected", "not as a Turnwise server"],
    [
      "a redirect",
      { status: 307, body: "", headers: { location: "http://127.0.0.1:9/" } },
      "server_unreachable",
      "no server",
    ],
  ])("explains %s", async (_name, said, code, message) => {
    const { client } = await clientOf(said);
    await expect(client.findSessions({})).rejects.toMatchObject({ name: "ApiClientError", code });
    await expect(client.findSessions({})).rejects.toThrow(message);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, "http://localhost:8000"],
    [{ TURNWISE_URL: "", TURNWISE_PORT: "" }, "http://localhost:8000"],
    [{ TURNWISE_PORT: "8001" }, "http://localhost:8001"],
    [{ TURNWISE_PORT: "8001", TURNWISE_URL: "http://127.0.0.1:9000/" }, "http://127.0.0.1:9000"],
  ])("finds the server that was started with %j", (env, url) => {
    expect(createApiClient(env).url).toBe(url);
  });

  it.each([{ TURNWISE_URL: "nonsense" }, { TURNWISE_URL: "ftp://x" }, { TURNWISE_PORT: "many" }])(
    "refuses %j",
    (env) => {
      expect(() => createApiClient(env)).toThrow(expect.objectContaining({ code: "url_invalid" }));
    },
  );

  it("sends the key, and only when there is one", async () => {
    const said = { status: 200, body: '{"sessions":[],"next_cursor":null}' };
    const withKey = await clientOf(said, { TURNWISE_API_KEY: "vh_invented" });
    await withKey.client.findSessions({});
    expect(withKey.seen[0]).toMatchObject({ authorization: "Bearer vh_invented" });
    await listener?.close({ graceMs: 0 });
    const without = await clientOf(said, { TURNWISE_API_KEY: "" });
    await without.client.findSessions({});
    expect(without.seen[0]).not.toHaveProperty("authorization");
  });

  it("never shows the key in an error", async () => {
    const { client } = await clientOf({ status: 401, body: "no" }, { TURNWISE_API_KEY: "vh_invented" });
    const failure = async (call: () => Promise<unknown>) => call().catch(String);
    for (const call of [
      async () => client.getHealth(),
      async () => client.getSession("x"),
      async () => client.deleteSession("x"),
    ]) {
      expect(await failure(call)).not.toContain("vh_invented");
    }
  });
});
