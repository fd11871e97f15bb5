import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BuiltSession } from "../../../../src/model/session.ts";
import type { AppResult } from "../../run-app.ts";
import { runWithModel } from "../../run-with-model.ts";
import { inShort, sessionsOf } from "../../sessions-of.ts";
import { type CollectedSpan, type Collector, startCollector } from "../../start-collector.ts";

const hello = "Hello, how are you?";
const chatHello = `chat hello: ${hello}`;
const askForFaro = 'chat tool-then-text: weather {"city":"Faro"}';
const faro = 'execute_tool weather call_faro {"city":"Faro"}';

/** What each scenario of fixtures/langchain.mjs is to leave behind: a line for each span, below its parent. */
const expected: Readonly<Record<string, readonly string[]>> = {
  invoke: [chatHello],
  "no id": ["chat: one", "chat: one"],
  batch: [chatHello, chatHello],
  "completes texts": ["text_completion: one", "text_completion: one", "text_completion: two"],
  "several lists": [chatHello, chatHello],
  "several choices": ["chat two-choices: one, two"],
  cached: [chatHello],
  "Responses API": [chatHello, chatHello],
  "stream left": ["chat hello: Hello,  (aborted)"],
  "stream events": [chatHello],
  "stream content blocks": [chatHello],
  aborted: ["chat silent (aborted)"],
  "timed out": ["chat silent -> TimeoutError: The operation was aborted due to timeout"],
  "bad request": [
    "chat bad-request -> BadRequestError: 400 no such thing",
    "chat bad-request -> BadRequestError: 400 no such thing",
  ],
  "tool alone": [
    'execute_tool weather {"city":"Faro"} -> {"city":"Faro","sun":true}',
    'execute_tool weather {"town":"Faro"} -> ToolInputParsingException: Received tool input did not match expected schema',
    'execute_tool weather call_1 {"city":"Faro"} -> {"city":"Faro","sun":true}',
  ],
  "ready agent": [
    "invoke_agent LangGraph",
    '  chat two-tools-then-text: weather {"city":"Faro"}, weather {"city":"Lagos"}',
    `  ${faro} -> {"city":"Faro","sun":true}`,
    '  execute_tool weather call_lagos {"city":"Lagos"} -> {"city":"Lagos","sun":true}',
    `  chat two-tools-then-text: ${hello}`,
  ],
  "agent in a tool": [
    "invoke_agent concierge by concierge",
    '  chat researching-then-text by concierge: research {"input":"tents"}',
    `  execute_tool research by concierge call_research {"input":"tents"} -> ${hello}`,
    "    invoke_agent researcher by researcher",
    `      chat hello by researcher: ${hello}`,
    `  chat researching-then-text by concierge: ${hello}`,
  ],
  "graph in a graph": ["invoke_agent LangGraph", `  ${chatHello}`, `  ${chatHello}`],
  "asks a human": [
    "invoke_agent LangGraph",
    `  ${askForFaro}`,
    '  interrupt weather call_faro {"city":"Faro"}',
    "invoke_agent LangGraph",
    `  ${faro} -> Faro: yes`,
    `  chat tool-then-text: ${hello}`,
  ],
  "graph events": [
    "invoke_agent LangGraph",
    `  ${askForFaro}`,
    `  ${faro} -> {"city":"Faro","sun":true}`,
    `  chat tool-then-text: ${hello}`,
  ],
  "hands over": ["invoke_agent LangGraph", `  ${askForFaro}`, `  ${faro} -> going`, `  chat tool-then-text: ${hello}`],
  "thread 1": [
    "invoke_agent threaded by threaded",
    `  chat hello by threaded: ${hello}`,
    "invoke_agent threaded by threaded",
    `  chat hello by threaded: ${hello}`,
  ],
  "thread 2": ["invoke_agent threaded by threaded", `  chat hello by threaded: ${hello}`],
};

let collector: Collector;
let instrumented: AppResult;
let bare: AppResult;
let sessions: readonly BuiltSession[];

beforeAll(async () => {
  collector = await startCollector();
  const nodeArgs = ["--import", "@turnwise/instrumentation/register"];
  [instrumented, bare] = await Promise.all([
    runWithModel("langchain.mjs", { nodeArgs, env: collector.env }),
    runWithModel("langchain.mjs"),
  ]);
  sessions = await sessionsOf(collector);
}, 120_000);
afterAll(async () => collector.close());

describe("LangChain and LangGraph", () => {
  it("behave as without us", () => {
    expect(bare.stderr).toBe("");
    expect(bare.code).toBe(0);
    expect(instrumented.stderr).toMatch(/^turnwise: recording [^\n]*@langchain\/core 1\.\d+\.\d+[^\n]*\n$/);
    expect(instrumented.code).toBe(0);
    expect(instrumented.stdout).toBe(bare.stdout);
  });

  it.each(Object.keys(expected))("are recorded: %s", (name) => {
    expect(outline(collector.conversation(name))).toEqual(expected[name]);
  });

  it("leave nothing else behind", () => {
    const names = collector.spans().map(({ attributes }) => attributes.get("gen_ai.conversation.id"));
    expect(new Set(names)).toEqual(new Set([...Object.keys(expected), "graph left"]));
  });

  it("end a run when its reader leaves it, whatever goes on in it", () => {
    const [run, call] = collector.conversation("graph left");
    expect([run, call].flatMap((span) => (span === undefined ? [] : lineOf(span)))).toEqual([
      "invoke_agent LangGraph",
      askForFaro,
    ]);
    const exitedAt = Math.max(...collector.spans().map(({ endTimeUnixNano }) => Number(endTimeUnixNano)));
    expect(Number(run?.endTimeUnixNano)).toBeLessThan(exitedAt);
  });

  it("say how a model is asked and what it answered", () => {
    const [{ attributes } = { attributes: new Map<string, unknown>() }] = collector.conversation("invoke");
    expect(Object.fromEntries(attributes)).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "hello",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "hello",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 40,
      "gen_ai.usage.output_tokens": 6,
      "gen_ai.usage.cache_read.input_tokens": 16,
      "gen_ai.usage.reasoning.output_tokens": 2,
      "server.address": "127.0.0.1",
    });
    expect(fromJson(attributes.get("gen_ai.input.messages"))).toEqual([
      { role: "system", parts: [{ type: "text", content: "be brief" }] },
      { role: "user", parts: [{ type: "text", content: "hi" }] },
    ]);
    expect(fromJson(attributes.get("gen_ai.tool.definitions"))).toEqual([
      expect.objectContaining({ type: "function", name: "weather", description: "The weather" }),
    ]);
  });

  it("say how long the first piece of a stream took", () => {
    const [, streamed] = collector.conversation("Responses API");
    expect(streamed?.attributes.get("gen_ai.request.stream")).toBe(true);
    expect(streamed?.attributes.get("gen_ai.response.time_to_first_chunk")).toBeGreaterThan(0);
  });

  it("give the server a tool call that waited for a human once, in one turn", () => {
    const session = sessions.find(({ conversationId }) => conversationId === "asks a human");
    const tools = [["weather", { city: "Faro" }, "Faro: yes"]];
    expect(session && inShort(session)).toEqual([{ user: "hi", reply: hello, tools }]);
  });
});

function outline(spans: readonly CollectedSpan[]): readonly string[] {
  const depthOf = ({ parentSpanId }: CollectedSpan): number => {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  return spans.map((span) => "  ".repeat(depthOf(span)) + lineOf(span));
}

function lineOf({ name, status, attributes }: CollectedSpan): string {
  const get = (key: string): string | undefined => attributes.get(key)?.toString();
  const error = status.code === 2 ? `${get("error.type")}: ${status.message}` : undefined;
  const answers = fromJson(get("gen_ai.output.messages"))?.flatMap(({ parts }) => parts.map(inWords));
  return [
    name,
    get("gen_ai.agent.name") === undefined ? "" : ` by ${get("gen_ai.agent.name")}`,
    ...["id", "arguments"].flatMap((key) =>
      [get(`gen_ai.tool.call.${key}`)].flatMap((text) => (text ? ` ${text}` : [])),
    ),
    answers === undefined ? "" : `: ${answers.join(", ")}`,
    attributes.get("turnwise.aborted") === true ? " (aborted)" : "",
    ...[error ?? get("gen_ai.tool.call.result")].flatMap((outcome) => (outcome === undefined ? [] : ` -> ${outcome}`)),
  ].join("");
}

interface SaidPart {
  readonly content?: string;
  readonly name?: string;
  readonly arguments?: unknown;
}

const inWords = ({ content, name, arguments: given }: SaidPart): string =>
  content ?? `${name} ${JSON.stringify(given)}`;

function fromJson(value: unknown): readonly { readonly parts: readonly SaidPart[] }[] | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- messages in the conventions' form
  return typeof value === "string" ? (JSON.parse(value) as readonly { parts: SaidPart[] }[]) : undefined;
}
