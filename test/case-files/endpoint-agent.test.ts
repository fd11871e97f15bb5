import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createEndpointAgent } from "../../src/case-files/endpoint-agent.ts";
import { agentError, contextOf, request, requestJson } from "../support/agent-asking.ts";

type Answer = (incoming: IncomingMessage, response: ServerResponse, body: string) => void;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(answer: Answer): Promise<string> {
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (data: Buffer) => (body += data.toString()));
    incoming.on("end", () => answer(incoming, response, body));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ask`;
}

const ask = async (answer: Answer, signal = new AbortController().signal, headers = {}) =>
  createEndpointAgent({ url: await serve(answer), headers })(request, contextOf({ signal }));

const replying =
  (status: number, body: string, headers = {}): Answer =>
  (_incoming, response) =>
    response.writeHead(status, headers).end(body);

describe("an agent that is an HTTP endpoint", () => {
  it("is sent the request with the headers, and its answer is read", async () => {
    const heard: unknown[] = [];
    const answer = await ask(
      ({ method, headers }, response, body) => {
        heard.push(method, headers["content-type"], headers["authorization"], JSON.parse(body));
        response.end('{"output":"hello"}');
      },
      undefined,
      { authorization: "Bearer k-1" },
    );
    expect(answer.output).toBe("hello");
    expect(heard).toEqual(["POST", "application/json", "Bearer k-1", requestJson]);
  });

  it.each<[string, Answer, string, RegExp]>([
    ["an error", replying(500, "out of order"), "crashed", /^it answered with status 500: out of order$/],
    ["an error without words", replying(503, ""), "crashed", /^it answered with status 503$/],
    [
      "a redirect, with which a key would go elsewhere",
      replying(307, "", { location: "http://127.0.0.1:9/" }),
      "crashed",
      /status 307/,
    ],
    ["a page", replying(200, "<html>"), "bad_answer", /not JSON/],
    ["nothing", replying(200, ""), "bad_answer", /empty/],
    ["other JSON", replying(200, '{"answer":"x"}'), "bad_answer", /output/],
    ["too much", replying(200, "x".repeat(10_000_001)), "bad_answer", /10000000 bytes/],
    ["a broken connection", (_incoming, response) => response.destroy(), "crashed", /cannot be reached/],
    [
      "half an answer",
      (_incoming, response) =>
        void response.writeHead(200, { "content-length": 100 }).write("{", () => response.destroy()),
      "crashed",
      /cannot be reached/,
    ],
  ])("that answers with %s has not answered", async (_what, answer, code, message) => {
    await expect(ask(answer)).rejects.toMatchObject(agentError(code, message));
  });

  it("that is not there has not answered", async () => {
    const agent = createEndpointAgent({ url: "http://127.0.0.1:9/", headers: { authorization: "secret" } });
    const failure = agent(request, contextOf());
    await expect(failure).rejects.toMatchObject(agentError("crashed", /cannot be reached/));
    await expect(failure).rejects.not.toThrow("secret");
  });

  it("is hung up on when nobody waits any more, with the reason", async () => {
    const cancel = new AbortController();
    let closed = false;
    const asking = ask((incoming) => {
      incoming.socket.on("close", () => (closed = true));
      cancel.abort(new Error("enough"));
    }, cancel.signal);
    await expect(asking).rejects.toThrow("enough");
    await expect.poll(() => closed).toBe(true);
  });
});
