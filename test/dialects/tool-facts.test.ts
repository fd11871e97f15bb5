import { describe, expect, it } from "vitest";
import type { ToolOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue, SpanEvent } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

function readTool(
  attributes: Attributes,
  { name = "span", error, events = [] }: { name?: string; error?: string; events?: readonly SpanEvent[] } = {},
) {
  const span = spanAt({ id: 1, at: 0, name, ...(error === undefined ? {} : { error }) }, attributes);
  const operation = readOne({ ...span, events });
  expect(operation.kind).toBe("tool");
  const { callId, name: toolName, arguments: args, result, error: failure } = operation as ToolOperation;
  return { callId, name: toolName, arguments: args, result, error: failure };
}

const call = { callId: "c1", name: "get_order", arguments: { order_id: "A-1" }, result: { ok: 1 }, error: undefined };
const toolMessage = (kwargs: object) =>
  JSON.stringify({ lc: 1, id: ["langchain_core", "messages", "ToolMessage"], kwargs });

describe("a tool span", () => {
  it.each<[string, Attributes, { readonly callId?: undefined }, string?]>([
    [
      "of the conventions",
      {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "get_order",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"order_id":"A-1"}',
        "gen_ai.tool.call.result": '{"ok":1}',
      },
      {},
    ],
    [
      "with structured values",
      {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "get_order",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": new Map([["order_id", "A-1"]]),
        "gen_ai.tool.call.result": new Map([["ok", 1n]]),
      },
      {},
    ],
    [
      "named by its span",
      {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"order_id":"A-1"}',
        "gen_ai.tool.call.result": '{"ok":1}',
      },
      {},
      "execute_tool get_order",
    ],
    [
      "of the AI SDK",
      {
        "ai.operationId": "ai.toolCall",
        "ai.toolCall.name": "get_order",
        "ai.toolCall.id": "c1",
        "ai.toolCall.args": '{"order_id":"A-1"}',
        "ai.toolCall.result": '{"ok":1}',
      },
      {},
    ],
    [
      "of OpenInference",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_order",
        "input.value": '{"order_id":"A-1"}',
        "output.value": '{"ok":1}',
      },
      { callId: undefined },
    ],
    [
      "of LangChain in Python, through OpenLLMetry",
      {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "get_order",
        "gen_ai.tool.call.id": "c1",
        "traceloop.entity.input":
          '{"input_str":"{\'order_id\': \'A-1\'}","tags":[],"inputs":{"order_id":"A-1"},"kwargs":{"color":"green"}}',
        "traceloop.entity.output": '{"output":"{\\"ok\\":1}","kwargs":{"color":"green"}}',
      },
      {},
    ],
    [
      "of LangChain in Python, whose arguments are only printed",
      {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "get_order",
        "gen_ai.tool.call.id": "c1",
        "traceloop.entity.input": '{"input_str":"{\'order_id\': \'A-1\'}","kwargs":{"color":"green"}}',
        "traceloop.entity.output": '{"output":{"ok":1},"kwargs":{}}',
      },
      {},
    ],
    [
      "of OpenInference with arguments as Python prints them",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_order",
        "tool_call.id": "c1",
        "input.value": "{'order_id': 'A-1'}",
        "output.value": '{"ok":1}',
      },
      {},
    ],
    [
      "of LangSmith, printed by Python",
      {
        "langsmith.span.kind": "tool",
        "gen_ai.tool.name": "get_order",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.prompt": `{"input":"{'order_id': 'A-1'}"}`,
        "gen_ai.completion": '{"output":{"ok":1}}',
      },
      {},
    ],
    [
      "of CrewAI, through OpenInference",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_order",
        "tool_call.id": "c1",
        "input.value": JSON.stringify({
          tool_string: "Action: get_order",
          tool: "CrewStructuredTool(name='get_order')",
          calling: { tool_name: "get_order", arguments: { order_id: "A-1" } },
        }),
        "output.value": '{"ok":1}',
      },
      {},
    ],
    [
      "of smolagents, called by position",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_order",
        "tool_call.id": "c1",
        "input.value": '{"args":[{"order_id":"A-1"}],"sanitize_inputs_outputs":true,"kwargs":{}}',
        "output.value": '{"ok":1}',
      },
      {},
    ],
    [
      "of MLflow, all of it JSON",
      {
        "mlflow.spanType": '"TOOL"',
        "gen_ai.tool.call.id": "c1",
        "mlflow.spanInputs": '{"order_id":"A-1"}',
        "mlflow.spanOutputs": '{"ok":1}',
      },
      {},
      "get_order",
    ],
    [
      "of MCP, named by its span",
      {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"order_id":"A-1"}',
        "gen_ai.tool.call.result": '{"content":[{"type":"text","text":"{\\"ok\\":1}"}],"isError":false}',
      },
      {},
      "tools/call get_order",
    ],
    [
      "of OpenInference over the AI SDK",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "x",
        "tool_call.id": "y",
        "ai.toolCall.name": "get_order",
        "ai.toolCall.id": "c1",
        "ai.toolCall.args": '{"order_id":"A-1"}',
        "output.value": '{"ok":1}',
      },
      {},
    ],
    [
      "of OpenInference with arguments encoded twice",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_order",
        "tool_call.id": "c1",
        "input.value": '"{\\"order_id\\":\\"A-1\\"}"',
        "output.value": '{"ok":1}',
      },
      {},
    ],
    [
      "of LangChain",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "x",
        "input.value": '{"order_id":"A-1"}',
        "output.value": `{"output":${toolMessage({ content: '{"ok":1}', tool_call_id: "c1", name: "get_order" })}}`,
      },
      {},
    ],
    [
      "of Traceloop",
      {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "get_order",
        "traceloop.entity.input": '{"args":[],"kwargs":{"order_id":"A-1"}}',
        "traceloop.entity.output": '{"ok":1}',
      },
      { callId: undefined },
    ],
    [
      "of Traceloop with one positional argument",
      {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "get_order",
        "traceloop.entity.input": '{"args":["{\\"order_id\\":\\"A-1\\"}"],"kwargs":{}}',
        "traceloop.entity.output": '{"ok":1}',
      },
      { callId: undefined },
    ],
    [
      "of Traceloop-MCP",
      {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "get_order",
        "traceloop.entity.input": '{"tool_name":"get_order","arguments":{"order_id":"A-1"}}',
        "traceloop.entity.output": '{"result":"{\\"ok\\":1}"}',
      },
      { callId: undefined },
    ],
    [
      "of Traceloop-LangChain, named after a class",
      {
        "gen_ai.operation.name": "execute_tool",
        "traceloop.entity.name": "DynamicStructuredTool",
        "traceloop.entity.input": '{"args":["{\\"order_id\\":\\"A-1\\"}"]}',
        "traceloop.entity.output": toolMessage({ content: '{"ok":1}', tool_call_id: "c1", name: "get_order" }),
      },
      {},
    ],
  ])("%s", (_of, attributes, differences, name) => {
    expect(readTool(attributes, name === undefined ? {} : { name })).toEqual({ ...call, ...differences });
  });

  it.each<[unknown, unknown]>([
    [{ args: [1, 2], kwargs: {} }, [1, 2]],
    [{ args: [], kwargs: {} }, []],
    [{ args: ["x"] }, "x"],
    [{ args: [1], kwargs: { a: 1 } }, { a: 1 }],
    [
      { args: "a tool's own", verbose: true },
      { args: "a tool's own", verbose: true },
    ],
    [
      { arguments: { a: 1 }, other: 2 },
      { arguments: { a: 1 }, other: 2 },
    ],
  ])("has arguments %j, that is %j", (written, args) => {
    const attributes = { "traceloop.span.kind": "tool", "traceloop.entity.input": JSON.stringify(written) };
    expect(readTool(attributes).arguments).toEqual(args);
  });

  it("keeps them in events", () => {
    const event = (name: string, attributes: Attributes): SpanEvent => ({
      name,
      timeUnixNano: 0n,
      droppedAttributesCount: 0,
      attributes: new Map(Object.entries(attributes)),
    });
    const own = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "get_order",
      "gen_ai.tool.call.id": "c1",
    };
    const each = [
      event("gen_ai.tool.message", { content: '{"order_id":"A-1"}' }),
      event("gen_ai.choice", { message: '[{"text":"{\\"ok\\":1}"}]' }),
    ];
    expect(readTool(own, { events: each })).toEqual(call);
    const details = "gen_ai.client.inference.operation.details";
    const lists = [
      event(details, {
        "gen_ai.input.messages": '[{"role":"tool","parts":[{"type":"tool_call","arguments":{"order_id":"A-1"}}]}]',
      }),
      event(details, {
        "gen_ai.output.messages": '[{"role":"tool","parts":[{"type":"tool_call_response","response":{"ok":1}}]}]',
      }),
    ];
    expect(readTool(own, { events: lists })).toEqual(call);
  });

  it.each<[string, Attributes, string | undefined, string]>([
    ["its status", { "output.value": "half a result" }, "boom", "boom"],
    ["its result, where the status has no word for it", { "output.value": "no such order" }, "", "no such order"],
    ["an error in its result", { "output.value": '{"error":"no such order"}' }, undefined, "no such order"],
    [
      "a LangChain message",
      { "output.value": toolMessage({ content: "no such order", status: "error" }) },
      undefined,
      "no such order",
    ],
  ])("failed, by %s", (_by, attributes, status, error) => {
    const facts = readTool(
      { "openinference.span.kind": "TOOL", ...attributes },
      status === undefined ? {} : { error: status },
    );
    expect(facts).toMatchObject({ error, result: undefined });
  });
});
