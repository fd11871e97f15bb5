import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppResult, runApp } from "../../run-app.ts";
import { runWithModel } from "../../run-with-model.ts";
import { inShort, sessionsOf } from "../../sessions-of.ts";
import { type CollectedSpan, type Collector, startCollector } from "../../start-collector.ts";

/** What each scenario of fixtures/agents.mjs is to leave behind: the spans by their order and place, tools with all they know. */
const expected: Readonly<Record<string, readonly string[]>> = {
  handoff: [
    "invoke_agent Triage",
    "  chat hands-over",
    "  handoff Triage to Billing",
    "invoke_agent Billing",
    "  chat hello",
  ],
  "two-tools": [
    "invoke_agent Guide",
    "  chat two-tools-then-text",
    '  execute_tool weather: call_faro {"city":"Faro"} -> sunny in Faro',
    '  execute_tool weather: call_lagos {"city":"Lagos"} -> sunny in Lagos',
    "  chat two-tools-then-text",
  ],
  "failing-tool": [
    "invoke_agent Guide",
    "  chat tool-then-text",
    '  execute_tool weather: call_faro {"city":"Faro"} -> TypeError no station',
    "  chat tool-then-text",
  ],
  "agent-as-tool": [
    "invoke_agent Manager",
    "  chat researching-then-text",
    '  execute_tool research: call_research {"input":"tents"} -> Hello, how are you?',
    "    invoke_agent Researcher",
    "      chat hello",
    "  chat researching-then-text",
  ],
  "inside-a-tool": [
    "invoke_agent Guide",
    "  chat tool-then-text",
    '  execute_tool weather: call_faro {"city":"Faro"} -> sunny in Faro',
    "    invoke_agent Helper",
    '      execute_tool look_up: {"city":"Faro"} -> sunny in Faro',
    "    chat hello",
    "  chat tool-then-text",
  ],
  "wrapped-tool": [
    "invoke_agent Guide",
    "  chat tool-then-text",
    '  execute_tool weather: call_faro {"city":"Faro"} -> sunny in Faro',
    "  chat tool-then-text",
  ],
  "custom-span": ["custom desk", "  invoke_agent Billing", "    chat hello"],
  guardrail: [
    "invoke_agent Guarded -> InputGuardrailTripwireTriggered Input guardrail triggered: {}",
    "  guardrail polite",
  ],
  "strange-chat": ["invoke_agent Odd", "  chat odd"],
  "strange-responses": ["invoke_agent Odd", "  chat odd-2"],
  "strange-failure": ["invoke_agent Odd -> RangeError too odd", "  chat odd -> Error too odd"],
  streamed: [
    "invoke_agent Triage",
    "  chat hands-over",
    "  handoff Triage to Billing",
    "invoke_agent Billing",
    "  chat hello",
  ],
  approval: [
    "invoke_agent Guide",
    "  chat tool-then-text",
    "invoke_agent Guide",
    '  execute_tool weather: call_faro {"city":"Faro"} -> sunny in Faro',
    "  chat tool-then-text",
  ],
  // Who resumes a stored run has not seen the model's wish.
  "approval-elsewhere": [
    "invoke_agent Guide",
    "  chat tool-then-text",
    "invoke_agent Guide",
    '  execute_tool weather: {"city":"Faro"} -> sunny in Faro',
    "  chat tool-then-text",
  ],
  // The SDK says nothing of the tools then; the messages of the next model call do.
  "no-tracing-here": ["invoke_agent Guide", "  chat tool-then-text", "  chat tool-then-text"],
  "no-tracing": [
    "invoke_agent Guide",
    "  chat tool-then-text",
    '  execute_tool weather: call_faro {"city":"Faro"} -> sunny in Faro',
    "  chat tool-then-text",
  ],
  "the-group": [
    "invoke_agent Triage",
    "  chat hands-over",
    "  handoff Triage to Billing",
    "invoke_agent Billing",
    "  chat hello",
  ],
  "the-session": ["invoke_agent Billing", "  chat hello"],
  "the-runner": ["invoke_agent Billing", "  chat hello"],
};

let collector: Collector;
let instrumented: AppResult;
let bare: AppResult;
beforeAll(async () => {
  collector = await startCollector();
  [instrumented, bare] = await Promise.all([
    runWithModel("agents.mjs", { env: collector.env }),
    runWithModel("agents.mjs", { env: { OTEL_SDK_DISABLED: "true" } }),
  ]);
}, 120_000);
afterAll(async () => collector.close());

/** The spans as an indented list, each with its failure or what a tool gave back. */
function outline(spans: readonly CollectedSpan[]): readonly string[] {
  const depthOf = ({ parentSpanId }: CollectedSpan): number => {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  return spans.map((span) => "  ".repeat(depthOf(span)) + describeSpan(span));
}

function describeSpan({ name, status, attributes }: CollectedSpan): string {
  const get = (key: string): string | undefined => {
    const value = attributes.get(key);
    return typeof value === "string" ? value : undefined;
  };
  const call = [get("gen_ai.tool.call.id"), get("gen_ai.tool.call.arguments")].filter(Boolean).join(" ");
  const error = status.message === undefined ? undefined : `${get("error.type")} ${status.message}`;
  const outcome = error ?? get("gen_ai.tool.call.result");
  return `${name}${call && `: ${call}`}${outcome === undefined ? "" : ` -> ${outcome}`}`;
}

const named = (conversation: string, name: string): CollectedSpan | undefined =>
  collector.conversation(conversation).find((span) => span.name === name);

describe("the Agents SDK", () => {
  it("behaves as without us", () => {
    expect(bare).toMatchObject({ code: 0 });
    expect(instrumented).toMatchObject({ code: 0 });
    expect(instrumented.stdout).toBe(bare.stdout);
  });

  it("is not loaded for an application that does not load it", async () => {
    const { code, stdout } = await runApp("agents-unused.mjs", { env: collector.env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[]\n" });
  });

  it.each(Object.keys(expected))("is recorded: %s", (name) => {
    expect(outline(collector.conversation(name))).toEqual(expected[name]);
  });

  it.each(Object.keys(expected).filter((name) => name !== "approval-elsewhere"))("is one trace: %s", (name) => {
    expect(new Set(collector.conversation(name).map(({ traceId }) => traceId)).size).toBe(1);
  });

  it("keeps runs that go on at the same time apart", () => {
    const [left, right] = ["left", "right"].map((name) => collector.conversation(name));
    expect(outline(left!)).toEqual(expected["handoff"]);
    expect(outline(right!)).toEqual(expected["handoff"]);
    expect(left![0]?.traceId).not.toBe(right![0]?.traceId);
  });

  it("keeps a run that belongs to no conversation together", () => {
    const spans = collector.spans().filter(({ attributes }) => !attributes.has("gen_ai.conversation.id"));
    expect(outline(spans)).toEqual(expected["handoff"]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it("names the agent that is at work, and the user", () => {
    const agentOf = (name: string): unknown => named("handoff", name)?.attributes.get("gen_ai.agent.name");
    expect(["chat hands-over", "invoke_agent Billing", "chat hello"].map(agentOf)).toEqual([
      "Triage",
      "Billing",
      "Billing",
    ]);
    expect(named("inside-a-tool", "execute_tool look_up")?.attributes.get("user.id")).toBe("u1");
    expect(named("inside-a-tool", "chat hello")?.attributes.get("user.id")).toBeUndefined();
  });

  it("takes a model call from the client where that is recorded", () => {
    const { attributes } = named("two-tools", "chat two-tools-then-text")!;
    expect(attributes.get("server.address")).toBe("127.0.0.1");
    expect(attributes.get("gen_ai.tool.definitions")).toContain('"name":"weather"');
  });

  it("takes a model call from the SDK where the client is not known: chat completions", () => {
    expect(Object.fromEntries(named("strange-chat", "chat odd")!.attributes)).toEqual({
      "gen_ai.conversation.id": "strange-chat",
      "gen_ai.agent.name": "Odd",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "odd",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.input.messages": JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "You are Odd." }] },
        { role: "user", parts: [{ type: "text", content: "hi" }] },
      ]),
      "gen_ai.output.messages": JSON.stringify([
        { role: "assistant", parts: [{ type: "text", content: "Odd hello." }], finish_reason: "stop" },
      ]),
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "odd-1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 9,
      "gen_ai.usage.output_tokens": 3,
    });
  });

  it("takes a model call from the SDK where the client is not known: responses", () => {
    expect(Object.fromEntries(named("strange-responses", "chat odd-2")!.attributes)).toMatchObject({
      "gen_ai.system_instructions": '[{"type":"text","content":"You are Odd."}]',
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      "gen_ai.output.messages": JSON.stringify([
        { role: "assistant", parts: [{ type: "text", content: "Odd hello." }], finish_reason: "stop" },
      ]),
      "gen_ai.usage.input_tokens": 8,
      "openai.api.type": "responses",
    });
  });

  it("starts a model call that only the SDK tells of when it started, not when it was told", () => {
    const [agent, call] = collector.conversation("strange-chat");
    expect(BigInt(call!.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(agent!.startTimeUnixNano));
    expect(BigInt(call!.startTimeUnixNano)).toBeLessThan(BigInt(call!.endTimeUnixNano));
  });

  it("leaves a turn that a server understands, also when a guardrail let it come to no model call", async () => {
    const sessions = await sessionsOf(collector);
    const turnsOf = (id: string): unknown => inShort(sessions.find(({ conversationId }) => conversationId === id)!);
    expect(turnsOf("handoff")).toEqual([{ user: "Is my invoice paid?", reply: "Hello, how are you?", tools: [] }]);
    expect(turnsOf("failing-tool")).toEqual([
      { user: "Weather?", reply: "Hello, how are you?", tools: [["weather", { city: "Faro" }, "no station"]] },
    ]);
    expect(turnsOf("approval-elsewhere")).toEqual([
      { user: "Weather?", reply: "Hello, how are you?", tools: [["weather", { city: "Faro" }, "sunny in Faro"]] },
    ]);
    expect(turnsOf("guardrail")).toEqual([{ user: "hi", error: "Input guardrail triggered: {}", tools: [] }]);
  });
});
