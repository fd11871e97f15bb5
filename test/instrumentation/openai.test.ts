import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ScriptedModel, startScriptedModel } from "../../examples/scripted-model.mjs";
import { scenarios } from "./fixtures/scenarios.mjs";
import { replyTo } from "./reply-to.ts";
import { type AppOptions, type AppResult, runApp } from "./run-app.ts";
import { type CollectedSpan, type Collector, startCollector } from "./start-collector.ts";

const names = Object.keys(scenarios);
const user = (content: string): object => ({ role: "user", parts: [{ type: "text", content }] });
const assistant = (content: string, finish_reason?: string): object => ({
  role: "assistant",
  parts: [{ type: "text", content }],
  ...(finish_reason !== undefined && { finish_reason }),
});
const toolCall = (id: string, city: string): object => ({
  type: "tool_call",
  id,
  name: "weather",
  arguments: { city },
});
const bothCalls = [toolCall("call_faro", "Faro"), toolCall("call_lagos", "Lagos")];
const lookingUp = {
  role: "assistant",
  parts: [{ type: "text", content: "Let me look." }, ...bothCalls],
  finish_reason: "tool_calls",
};
const hello = assistant("Hello, how are you?", "stop");
const helloUsage = { input: 40, output: 6, cacheRead: 16, reasoning: 2 };
const defaultUsage = { input: 10, output: 5, cacheRead: 0, reasoning: 0 };
const answered = { name: "chat hello", input: [user("hi")], output: [hello], usage: helloUsage };
const streamed = { name: "chat hello", input: [user("hi")], output: [hello] };
const half = "I cannot stop to talk about ";
const asked = { name: "chat two-tools", output: [lookingUp], usage: defaultUsage };

/** What each scenario is to leave behind, span by span, oldest first. */
const expected: Readonly<Record<string, readonly object[]>> = {
  chat: [
    {
      ...answered,
      kind: 3,
      input: [{ role: "system", parts: [{ type: "text", content: "be brief" }] }, user("hi")],
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "hello",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.seed": 7,
        "gen_ai.response.model": "hello",
        "gen_ai.response.finish_reasons": ["stop"],
        "openai.api.type": "chat_completions",
        "server.address": "127.0.0.1",
      },
    },
  ],
  "with-response": [answered],
  "as-response": [{ name: "chat hello", input: [user("hi")], output: undefined, error: undefined }],
  "as-response-then-parsed": [answered],
  "two-choices": [
    {
      output: [assistant("one", "stop"), assistant("two", "length")],
      attributes: { "gen_ai.request.choice.count": 2, "gen_ai.response.finish_reasons": ["stop", "length"] },
    },
  ],
  stream: [{ ...answered, attributes: { "gen_ai.request.stream": true } }],
  "stream-tools": [{ output: [lookingUp] }],
  "stream-tee": [streamed],
  "stream-readable": [streamed],
  "stream-break": [{ output: [assistant("Hello, ")], aborted: true, error: undefined }],
  "stream-abort": [{ output: [assistant(half)], aborted: true, error: undefined }],
  "stream-drop": [
    { output: [assistant(half)], aborted: undefined, error: { type: "TypeError", message: "terminated" } },
  ],
  "stream-helper": [streamed],
  parse: [{ output: [assistant('{"answer":42}', "stop")], attributes: { "gen_ai.output.type": "json" } }],
  "run-tools": [
    { name: "chat tool-then-text", trace: 0 },
    {
      name: "execute_tool weather",
      trace: 0,
      tool: { id: "call_faro", name: "weather", arguments: '{"city":"Faro"}', result: '{"city":"Faro","sun":true}' },
    },
    { name: "chat tool-then-text", trace: 0, output: [hello] },
  ],
  responses: [
    {
      ...answered,
      input: [
        user("weather in Faro?"),
        { role: "assistant", parts: [toolCall("call_a", "Faro"), toolCall("call_b", "Lagos")] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "call_a", response: "sun" }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "call_b", response: "rain" }] },
      ],
      attributes: {
        "gen_ai.system_instructions": '[{"type":"text","content":"be brief"}]',
        "gen_ai.request.max_tokens": 9,
        "openai.api.type": "responses",
      },
    },
  ],
  "responses-parse": [{ ...asked, input: [user("hi")] }],
  "responses-stream": [answered],
  "responses-stream-break": [{ output: [assistant("Hello, ")], aborted: true, error: undefined }],
  "responses-stream-helper": [asked],
  embeddings: [
    {
      name: "embeddings embedding",
      input: undefined,
      output: undefined,
      usage: { input: 4, output: undefined },
      attributes: {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.response.model": "embedding-1",
        "gen_ai.embeddings.dimension.count": 2,
      },
    },
    { name: "embeddings embedding", usage: { input: 4 } },
  ],
  completion: [
    {
      name: "text_completion continues",
      input: [user("Once upon a time")],
      output: [assistant(" there was a tent.", "stop")],
      usage: { input: 4, output: 5 },
      attributes: { "gen_ai.operation.name": "text_completion", "gen_ai.request.max_tokens": 5 },
    },
  ],
  "completion-stream": [
    {
      input: [user("Once"), user("Twice")],
      output: [assistant(" upon a time", "length"), assistant(" more", "stop")],
      usage: { input: 4, output: 5 },
    },
  ],
  "bad-request": [{ output: undefined, error: { type: "BadRequestError", message: "400 no such thing" } }],
  "bad-request-caught-late": [{ error: { type: "BadRequestError", message: "400 no such thing" } }],
  "too-many-requests": [{ ...answered, name: "chat too-many-requests", error: undefined }],
  "no-connection": [{ error: { type: "APIConnectionError", message: "Connection error." } }],
  abort: [{ aborted: true, error: { type: "APIUserAbortError", message: "Request was aborted." } }],
  "bad-call": [{ name: "chat", error: { type: "TypeError" } }],
  tools: [
    { ...asked, trace: 0 },
    {
      trace: 0,
      tool: { id: "call_lagos", name: "weather", arguments: '{"city":"Lagos"}', result: undefined },
      error: { type: "RangeError", message: "no station in Lagos" },
    },
    { trace: 0, tool: { id: "call_faro", result: '{"city":"Faro","sun":true}' }, error: undefined },
    { name: "chat hello", trace: 0 },
    { name: "chat hello", trace: 1 },
  ],
  "tool-kinds": [
    { tool: { name: "add", arguments: "[1,2]", result: "3" } },
    { tool: { name: "lift", arguments: "[5]", result: '["Robot",5,{}]' } },
    { tool: { name: "fail" }, error: { type: "TypeError", message: "sync" } },
    { tool: { name: "thenable", result: "then" } },
    { tool: { name: "nothing", arguments: "{}", result: undefined } },
    { tool: { name: "cyclic", arguments: undefined, result: "true" } },
    { tool: { name: "cyclic-result", result: undefined }, error: undefined },
  ],
  "agent-and-user": [
    { name: "invoke_agent concierge", trace: 0, agent: "concierge", user: "user-7", parent: undefined },
    { name: "chat hello", trace: 0, agent: "concierge", user: "user-7", parent: "invoke_agent concierge" },
    { name: "execute_tool research", trace: 0, agent: "concierge", parent: "invoke_agent concierge" },
    { name: "invoke_agent researcher", trace: 0, agent: "researcher", parent: "execute_tool research" },
    { name: "chat hello", trace: 0, agent: "researcher", user: "user-7", parent: "invoke_agent researcher" },
    { name: "invoke_agent broken", trace: 1, user: undefined, error: { type: "Error", message: "out of order" } },
  ],
};

const ways: readonly { name: string; app: string; nodeArgs: readonly string[]; bare: string }[] = [
  { name: "an ES module that imports it first", app: "import-first.mjs", nodeArgs: [], bare: "plain.mjs" },
  {
    name: "an ES module run with node --import",
    app: "plain.mjs",
    nodeArgs: ["--import", "@turnwise/instrumentation/register"],
    bare: "plain.mjs",
  },
  { name: "CommonJS that requires it first", app: "require-first.cjs", nodeArgs: [], bare: "plain.cjs" },
  {
    name: "CommonJS run with node --require",
    app: "plain.cjs",
    nodeArgs: ["--require", "@turnwise/instrumentation/register"],
    bare: "plain.cjs",
  },
];

describe.each(ways)("openai in $name", ({ app, nodeArgs, bare }) => {
  let collector: Collector;
  let instrumented: AppResult;
  let uninstrumented: AppResult;

  beforeAll(async () => {
    collector = await startCollector();
    const both = [runAllScenarios(app, { nodeArgs, env: collector.env }), runBare(bare)] as const;
    [instrumented, uninstrumented] = await Promise.all(both);
  });
  afterAll(async () => collector.close());

  it("leaves output, errors and exit as they are", () => {
    expect(instrumented.stdout).toBe(uninstrumented.stdout);
    expect(instrumented.stdout).toContain("--- agent-and-user");
    expect(instrumented.code).toBe(0);
    expect(instrumented.stderr.trim()).toMatch(
      /^turnwise: recording openai 6\.\d+\.\d+(?:, \S+ \d\S+)*, sending to http:\S+\/v1\/traces$/,
    );
  });

  it.each(names)("records %s", (name) => {
    const spans = toStory(collector.conversation(name));
    expect(spans).toMatchObject(expected[name]!);
    expect(spans).toHaveLength(expected[name]!.length);
  });
});

const bareRuns = new Map<string, Promise<AppResult>>();

async function runBare(app: string): Promise<AppResult> {
  const run = bareRuns.get(app) ?? runAllScenarios(app, {});
  bareRuns.set(app, run);
  return run;
}

async function runAllScenarios(app: string, options: AppOptions): Promise<AppResult> {
  const model: ScriptedModel = await startScriptedModel(replyTo);
  try {
    return await runApp(app, { ...options, args: names, env: { ...options.env, OPENAI_BASE_URL: model.url } });
  } finally {
    await model.close();
  }
}

/** The spans in the terms of the table above; `trace` numbers the traces, `parent` is a name. */
function toStory(spans: readonly CollectedSpan[]): object[] {
  const traces = [...new Set(spans.map(({ traceId }) => traceId))];
  return spans.map((span) => {
    const get = (key: string): unknown => span.attributes.get(key);
    const errorType = get("error.type");
    return {
      name: span.name,
      kind: span.kind,
      trace: traces.indexOf(span.traceId),
      parent: spans.find(({ spanId }) => spanId === span.parentSpanId)?.name,
      agent: get("gen_ai.agent.name"),
      user: get("user.id"),
      input: fromJson(get("gen_ai.input.messages")),
      output: fromJson(get("gen_ai.output.messages")),
      usage: {
        input: get("gen_ai.usage.input_tokens"),
        output: get("gen_ai.usage.output_tokens"),
        cacheRead: get("gen_ai.usage.cache_read.input_tokens"),
        reasoning: get("gen_ai.usage.reasoning.output_tokens"),
      },
      tool: {
        id: get("gen_ai.tool.call.id"),
        name: get("gen_ai.tool.name"),
        arguments: get("gen_ai.tool.call.arguments"),
        result: get("gen_ai.tool.call.result"),
      },
      aborted: get("turnwise.aborted"),
      error: span.status.code === 2 ? { type: errorType, message: span.status.message } : undefined,
      attributes: Object.fromEntries(span.attributes),
    };
  });
}

const fromJson = (value: unknown): unknown => (typeof value === "string" ? (JSON.parse(value) as unknown) : value);
