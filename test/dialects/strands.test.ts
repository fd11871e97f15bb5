import { describe, expect, it } from "vitest";
import type { AgentOperation, ToolOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { loadCapture } from "../support/captures.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

const STARTED = { "gen_ai.event.start_time": "2026-11-21T21:51:05.682Z" };

const read = (attributes: Readonly<Record<string, AttributeValue>>, name = "span") =>
  readOne(spanAt({ id: 1, at: 0, name }, { ...STARTED, ...attributes }));

describe("Strands", () => {
  it.each(["strands", "strands-span-attributes", "strands-openai-lossy"])(
    "is recognised in the traffic of %s",
    (name) => {
      const [session] = buildSessions(factsOfRequests(loadCapture(name).requests));
      expect(session).toMatchObject({ dialects: ["strands"], agentName: "support-agent" });
      expect(session?.tools.map((tool) => tool.name)).toEqual([
        "get_order",
        "track_parcel",
        "quote_shipping",
        "refund_order",
      ]);
    },
  );

  it.each<[string, string, Readonly<Record<string, AttributeValue>>]>([
    ["other", "execute_agent_loop_cycle", { "agent_loop.cycle_id": "cycle-1" }],
    ["other", "execute_event_loop_cycle", { "event_loop.cycle_id": "x", "gen_ai.operation.name": "chat" }],
    ["model", "chat", { "gen_ai.operation.name": "chat" }],
    ["tool", "execute_tool get_order", { "gen_ai.operation.name": "execute_tool" }],
    ["agent", "invoke_agent support", { "gen_ai.operation.name": "invoke_agent" }],
    ["agent", "invoke_swarm", { "gen_ai.operation.name": "invoke_swarm" }],
    ["agent", "invoke_graph", { "gen_ai.operation.name": "invoke_graph" }],
    ["other", "invoke_agents_later", {}],
  ])("%s: %s", (kind, name, attributes) => {
    expect(read(attributes, name)).toMatchObject({ kind, dialect: "strands" });
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>, string | undefined]>([
    ["TypeScript, as JSON text", { system_prompt: '"Be kind."' }, "Be kind."],
    ["Python", { "gen_ai.agent.system_prompt": "Be kind." }, "Be kind."],
    ["a list of blocks is left as it is", { system_prompt: '[{"text":"x"}]' }, '[{"text":"x"}]'],
    ["none", {}, undefined],
  ])("tells its agent's instructions: %s", (_how, attributes, prompt) => {
    const agent = read({ "gen_ai.operation.name": "invoke_agent", ...attributes }) as AgentOperation;
    expect(agent.systemPrompt).toBe(prompt);
  });

  it.each<[string, AttributeValue, readonly string[]]>([
    ["names as JSON text", '["get_order","refund_order"]', ["get_order", "refund_order"]],
    ["cut off", '["get_order","refu', []],
    ["not names", '[1,{"name":"x"},""]', []],
  ])("tells its agent's tools: %s", (_how, value, names) => {
    const agent = read({ "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.tools": value }) as AgentOperation;
    expect(agent.tools.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["error", { error: "no such order" }],
    ["success", { result: "no such order" }],
  ])("a tool with status %s, whatever its span's status", (status, outcome) => {
    const span = spanAt(
      { id: 1, at: 0 },
      { ...STARTED, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x", "gen_ai.tool.status": status },
    );
    const choice = {
      name: "gen_ai.choice",
      timeUnixNano: 0n,
      droppedAttributesCount: 0,
      attributes: new Map([["message", '[{"text":"no such order"}]']]),
    };
    const tool = readOne({ ...span, status: { code: 1, message: "" }, events: [choice] }) as ToolOperation;
    expect({ result: tool.result, error: tool.error }).toEqual({ result: undefined, error: undefined, ...outcome });
  });
});
