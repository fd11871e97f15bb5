import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import * as clientModule from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import * as serverModule from "@modelcontextprotocol/sdk/server/index.js";
import * as highLevelModule from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { GuardError, maxSteps } from "../../../../instrumentation/src/guards/guards.ts";
import { mcp } from "../../../../instrumentation/src/libraries/mcp/mcp.ts";
import { within } from "../../../../instrumentation/src/scope.ts";
import { tool } from "../../../../instrumentation/src/tool.ts";
import { createTurnTrace } from "../../../../instrumentation/src/turn-trace.ts";
import { withGuards } from "../../../../instrumentation/src/with-guards.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";

let recording: Recording;
const opened: { close: () => Promise<void> }[] = [];
beforeAll(() => {
  for (const module of [clientModule, serverModule, highLevelModule]) mcp.patch(module);
});
beforeEach(() => {
  recording = recordSpans();
});
afterEach(async () => {
  recording.stop();
  seen.splice(0);
  for (const connection of opened.splice(0).toReversed()) await connection.close();
});

/** What a server has been asked, as its tool sees it. */
const seen: { _meta?: Record<string, unknown> | undefined }[] = [];

function createWeatherServer(Server = highLevelModule.McpServer): highLevelModule.McpServer {
  const server = new Server({ name: "weather", version: "1" });
  const inputSchema = { city: z.string() };
  server.registerTool("get_weather", { inputSchema }, ({ city }, { _meta }) => {
    seen.push({ _meta });
    if (city === "Atlantis") throw new Error("no station in Atlantis");
    return { content: [{ type: "text", text: `sunny in ${city}` }] };
  });
  server.registerTool("refuse", {}, () => {
    throw new McpError(ErrorCode.UrlElicitationRequired, "not for you");
  });
  server.registerTool("sleep", {}, async () => new Promise<never>(() => undefined));
  return server;
}

async function connect(transport: Transport): Promise<clientModule.Client> {
  const client = new clientModule.Client({ name: "test", version: "1" });
  await client.connect(transport);
  opened.push(client);
  return client;
}

async function connectInMemory(server = createWeatherServer()): Promise<clientModule.Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  return connect(near);
}

const faro = { name: "get_weather", arguments: { city: "Faro" } };

const ofKind = (kind: SpanKind): ReadableSpan => {
  const spans = recording.spans().filter((span) => span.kind === kind);
  expect(spans).toHaveLength(1);
  return spans[0]!;
};

describe("a call of a tool", () => {
  it("is one span of the client's and, below it, one of the server's", async () => {
    const client = await connectInMemory();
    await client.listTools();
    const result = await client.callTool(faro);
    expect(result).toEqual({ content: [{ type: "text", text: "sunny in Faro" }] });
    const recorded = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "get_weather",
      "gen_ai.tool.call.arguments": '{"city":"Faro"}',
      "gen_ai.tool.call.result": JSON.stringify(result),
      "mcp.method.name": "tools/call",
      "jsonrpc.request.id": "2",
    };
    const [clients, servers] = [ofKind(SpanKind.CLIENT), ofKind(SpanKind.SERVER)];
    for (const { name, attributes } of [clients, servers]) {
      expect(name).toBe("tools/call get_weather");
      expect(attributes).toEqual(recorded);
    }
    expect(servers.parentSpanContext?.spanId).toBe(clients.spanContext().spanId);
    expect(recording.spans()).toHaveLength(2);
  });

  it("gets the id of the model's call that it answers", async () => {
    const client = await connectInMemory();
    const turnTrace = createTurnTrace();
    turnTrace.askedFor([{ id: "call_1", name: "get_weather", arguments: { city: "Faro" } }]);
    await within({ turnTrace }, async () => client.callTool(faro));
    expect(ofKind(SpanKind.CLIENT).attributes["gen_ai.tool.call.id"]).toBe("call_1");
    expect(ofKind(SpanKind.SERVER).attributes["gen_ai.tool.call.id"]).toBeUndefined();
  });

  it("fails where the result says so", async () => {
    const client = await connectInMemory();
    const result = await client.callTool({ ...faro, arguments: { city: "Atlantis" } });
    expect(result.isError).toBe(true);
    for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
      const { status, attributes } = ofKind(kind);
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: "no station in Atlantis" });
      expect(attributes["error.type"]).toBe("tool_error");
      expect(attributes).not.toHaveProperty("gen_ai.tool.call.result");
    }
  });

  it("fails with the protocol's error, which the caller gets as before", async () => {
    const client = await connectInMemory();
    await expect(client.callTool({ name: "refuse" })).rejects.toThrow("not for you");
    for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
      const { status, attributes } = ofKind(kind);
      expect(status.code).toBe(SpanStatusCode.ERROR);
      expect(status.message).toContain("not for you");
      expect(attributes).toMatchObject({ "error.type": "-32042", "rpc.response.status_code": "-32042" });
    }
  });

  it("is aborted by its signal", async () => {
    const client = await connectInMemory();
    const abort = new AbortController();
    const call = client.callTool({ name: "sleep" }, undefined, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    expect(ofKind(SpanKind.CLIENT).attributes).toMatchObject({ "error.type": "-32001", "turnwise.aborted": true });
  });

  it("is recorded without content when that is off", async () => {
    recording.stop();
    recording = recordSpans(false);
    const client = await connectInMemory();
    await client.callTool(faro);
    await client.callTool({ ...faro, arguments: { city: "Atlantis" } });
    expect(recording.spans()).toHaveLength(4);
    expect(JSON.stringify(recording.spans().map(({ attributes, status }) => [attributes, status]))).not.toMatch(
      /sunny|Faro|Atlantis/,
    );
  });

  it("is refused by a guard that has had enough", async () => {
    const client = await connectInMemory();
    const calls = withGuards([maxSteps(1)], async () => {
      await client.callTool(faro);
      return client.callTool({ ...faro, arguments: { city: "Lagos" } });
    });
    await expect(calls).rejects.toBeInstanceOf(GuardError);
    expect(seen.length).toBe(1);
  });

  it("is not recorded while nothing is", async () => {
    recording.stop();
    const client = await connectInMemory();
    await client.callTool(faro);
    expect(recording.spans()).toEqual([]);
    expect(seen.at(-1)?._meta).toBeUndefined();
  });
});

describe("a call inside one of the application's tools", () => {
  it.each(["get_weather", "weather__get_weather"])("is that tool's call if it is %s", async (name) => {
    const client = await connectInMemory();
    await tool(name, async ({ city }: { city: string }) => client.callTool({ ...faro, arguments: { city } }))({
      city: "Faro",
    });
    const [servers, tools] = [ofKind(SpanKind.SERVER), ofKind(SpanKind.INTERNAL)];
    expect(recording.spans()).toHaveLength(2);
    expect(tools.name).toBe(`execute_tool ${name}`);
    expect(tools.attributes).toMatchObject({ "mcp.method.name": "tools/call", "gen_ai.tool.name": name });
    expect(servers.parentSpanContext?.spanId).toBe(tools.spanContext().spanId);
  });

  it("is one call on the server's side, too, if that runs it as a tool", async () => {
    const server = new highLevelModule.McpServer({ name: "weather", version: "1" });
    server.registerTool(
      "get_weather",
      {},
      tool("get_weather", () => ({ content: [] })),
    );
    const client = await connectInMemory(server);
    await client.callTool({ name: "get_weather" });
    expect(recording.spans().map(({ kind }) => kind)).toEqual([SpanKind.SERVER, SpanKind.CLIENT]);
  });

  it("is a call of its own if the tool is another one", async () => {
    const client = await connectInMemory();
    await tool("plan_trip", async () => client.callTool(faro))();
    const clients = ofKind(SpanKind.CLIENT);
    expect(clients.parentSpanContext?.spanId).toBe(ofKind(SpanKind.INTERNAL).spanContext().spanId);
  });

  it("is a call of its own if it is a server that asks another one", async () => {
    const behind = await connectInMemory();
    const gateway = new highLevelModule.McpServer({ name: "gateway", version: "1" });
    gateway.registerTool("get_weather", {}, async () => {
      const { content } = await behind.callTool(faro);
      return { content: content as [] };
    });
    const client = await connectInMemory(gateway);
    await client.callTool({ name: "get_weather" });
    const kinds = recording.spans().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === SpanKind.CLIENT)).toHaveLength(2);
    expect(new Set(recording.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});

describe("the trace in a request", () => {
  it("is the call's, and the caller's parameters stay as they are", async () => {
    const client = await connectInMemory();
    const params = { ...faro, _meta: { "example.com/key": 1 } };
    await client.callTool(params);
    const { traceId, spanId } = ofKind(SpanKind.CLIENT).spanContext();
    expect(seen.at(-1)?._meta).toEqual({ "example.com/key": 1, traceparent: `00-${traceId}-${spanId}-01` });
    expect(params).toEqual({ ...faro, _meta: { "example.com/key": 1 } });
  });

  it("is left alone if there is one, and the server follows it", async () => {
    const client = await connectInMemory();
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    await client.callTool({ ...faro, _meta: { traceparent: `00-${traceId}-${spanId}-01` } });
    expect(ofKind(SpanKind.SERVER).spanContext().traceId).toBe(traceId);
    expect(ofKind(SpanKind.SERVER).parentSpanContext?.spanId).toBe(spanId);
    expect(ofKind(SpanKind.CLIENT).spanContext().traceId).not.toBe(traceId);
  });

  it("is ignored where it is none", async () => {
    const client = await connectInMemory();
    await client.callTool({ ...faro, _meta: { traceparent: "nonsense" } });
    expect(recording.spans()).toHaveLength(2);
  });
});

describe("over HTTP", () => {
  it("has the session, the address and the client's trace", async () => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => "session-7" });
    await createWeatherServer().connect(transport);
    const http = createServer((request, response) => void transport.handleRequest(request, response));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    opened.push({
      close: async () => {
        http.closeAllConnections();
        http.close();
      },
    });
    const { port } = http.address() as { port: number };
    const client = await connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
    await client.callTool(faro);
    const session = { "mcp.session.id": "session-7", "network.transport": "tcp" };
    const [clients, servers] = [ofKind(SpanKind.CLIENT), ofKind(SpanKind.SERVER)];
    expect(clients.attributes).toMatchObject({ ...session, "server.address": "127.0.0.1", "server.port": port });
    expect(clients.attributes["mcp.protocol.version"]).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(servers.attributes).toMatchObject(session);
    expect(servers.parentSpanContext?.spanId).toBe(clients.spanContext().spanId);
  });
});

it("records a server of which only the high-level module was loaded", async () => {
  const cjs = createRequire(import.meta.url)("@modelcontextprotocol/sdk/server/mcp.js") as typeof highLevelModule;
  expect(cjs.McpServer).not.toBe(highLevelModule.McpServer);
  expect(mcp.patch(cjs)).toBe(true);
  const client = await connectInMemory(createWeatherServer(cjs.McpServer));
  await client.callTool(faro);
  expect(ofKind(SpanKind.SERVER).name).toBe("tools/call get_weather");
});

it("takes each of its modules, again and again, and no other", () => {
  for (const module of [clientModule, serverModule, highLevelModule]) expect(mcp.patch(module)).toBe(true);
  expect(mcp.patch({})).toBe(false);
});
