import { describe, expect, it } from "vitest";
import type { AgentOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

function readAgent(attributes: Attributes) {
  const operation = readOne(spanAt({ id: 1, at: 0 }, attributes)) as AgentOperation;
  expect(operation.kind).toBe("agent");
  return {
    asked: operation.readInput().messages.map(({ role, text }) => [role, text]),
    replied: operation.readReply(),
  };
}

describe("a wrapper says what it was asked", () => {
  it.each<[string, Attributes, unknown]>([
    ["in plain text", { "openinference.span.kind": "AGENT", "input.value": "hi" }, [["user", "hi"]]],
    [
      "in text that looks like telemetry",
      { "openinference.span.kind": "AGENT", "input.value": '{"role":"assistant","content":"x"}' },
      [["user", '{"role":"assistant","content":"x"}']],
    ],
    [
      "as the first argument",
      { "traceloop.span.kind": "workflow", "traceloop.entity.input": '{"args":["hi"],"kwargs":{}}' },
      [["user", "hi"]],
    ],
    [
      "as the first argument's question",
      { "traceloop.span.kind": "workflow", "traceloop.entity.input": '{"args":[{"question":"hi"}],"kwargs":{}}' },
      [["user", "hi"]],
    ],
    [
      "as what a callback was given",
      {
        "traceloop.span.kind": "workflow",
        "traceloop.entity.input": '{"inputs":{"messages":[["user","hi"]]},"tags":[],"kwargs":{"name":"LangGraph"}}',
      },
      [["user", "hi"]],
    ],
    ["as a question", { "openinference.span.kind": "AGENT", "input.value": '{"question":"hi"}' }, [["user", "hi"]]],
    ["as a message", { "openinference.span.kind": "AGENT", "input.value": '{"message":"hi"}' }, [["user", "hi"]]],
    [
      "as a prompt",
      { "ai.operationId": "ai.generateText", "ai.prompt": '{"system":"s","prompt":"hi"}' },
      [["user", "hi"]],
    ],
    [
      "as messages",
      {
        "ai.operationId": "ai.generateText",
        "ai.prompt": '{"system":"s","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}',
      },
      [
        ["user", "a"],
        ["user", "b"],
      ],
    ],
    [
      "as items",
      {
        "openinference.span.kind": "AGENT",
        "input.value": '[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}]',
      },
      [["user", "hi"]],
    ],
    [
      "in the conventions' messages",
      {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      },
      [["user", "hi"]],
    ],
    ["not at all", { "gen_ai.operation.name": "invoke_agent" }, []],
    [
      "in messages that were cut off, which are no text",
      { "openinference.span.kind": "AGENT", "input.value": '{"messages":[{"role":"us' },
      [],
    ],
    [
      "in text in brackets",
      { "openinference.span.kind": "AGENT", "input.value": "[Sun 20:58] hi" },
      [["user", "[Sun 20:58] hi"]],
    ],
  ])("%s", (_how, attributes, asked) => {
    expect(readAgent(attributes).asked).toEqual(asked);
  });
});

describe("a wrapper says what it replied", () => {
  it.each<[string, Attributes, string | undefined]>([
    ["in plain text", { "openinference.span.kind": "AGENT", "output.value": "hello" }, "hello"],
    [
      "in a structure that was cut off",
      { "openinference.span.kind": "AGENT", "output.value": '{"messages":[{"role":"as' },
      undefined,
    ],
    [
      "in a record that is the reply itself",
      { "pydantic_ai.all_messages": "[]", final_result: '{"status":"shipped"}' },
      '{"status":"shipped"}',
    ],
    ["in quoted text", { "traceloop.span.kind": "agent", "traceloop.entity.output": '"hello"' }, "hello"],
    ["in the AI SDK's text", { "ai.operationId": "ai.streamText", "ai.response.text": "hello" }, "hello"],
    [
      "in a structure, which does not count",
      { "openinference.span.kind": "AGENT", "output.value": '{"messages":[]}' },
      undefined,
    ],
    [
      "in messages, which put step texts together",
      { "mastra.span.type": "agent_run", "gen_ai.output.messages": '[{"role":"assistant","content":"a b"}]' },
      undefined,
    ],
    [
      "in the conventions' messages, the last that asks for no tool",
      {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.output.messages":
          '[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","tool_calls":[{"name":"x"}]}]',
      },
      "b",
    ],
  ])("%s", (_how, attributes, replied) => {
    expect(readAgent(attributes).replied).toBe(replied);
  });
});

describe("a wrapper keeps the messages of its run", () => {
  const messages = JSON.stringify([
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
  ]);
  const kept = [
    ["user", "hi"],
    ["assistant", "hello"],
  ];

  it.each<[string, Attributes, unknown]>([
    ["as a list", { "pydantic_ai.all_messages": messages }, kept],
    [
      "as a graph's state",
      { "traceloop.span.kind": "workflow", "traceloop.entity.output": `{"messages":${messages}}` },
      kept,
    ],
    [
      "as what a callback of a graph was given",
      {
        "traceloop.span.kind": "workflow",
        "traceloop.entity.output": `{"outputs":{"messages":${messages}},"kwargs":{}}`,
      },
      kept,
    ],
    [
      "as a structured value",
      {
        "pydantic_ai.all_messages": [
          new Map([
            ["role", "user"],
            ["content", "hi"],
          ]),
        ],
      },
      [["user", "hi"]],
    ],
    ["not at all", { "traceloop.span.kind": "workflow", "traceloop.entity.output": '"hello"' }, []],
    ["cut off", { "pydantic_ai.all_messages": messages.slice(0, -5) }, [["user", "hi"]]],
  ])("%s", (_how, attributes, expected) => {
    const operation = readOne(spanAt({ id: 1, at: 0 }, attributes)) as AgentOperation;
    expect(operation.readTranscript().map(({ role, text }) => [role, text])).toEqual(expected);
  });
});
