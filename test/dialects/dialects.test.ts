import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

const read = (attributes: Attributes, name = "span", scope = "any") => {
  const span = spanAt({ id: 1, at: 0, name }, attributes);
  return readOne({ ...span, scope: { ...span.scope, name: scope } });
};

describe("a span is read in the first dialect that knows it", () => {
  it.each<[string | undefined, Attributes, string?]>([
    [
      "openinference",
      { "openinference.span.kind": "LLM", "ai.operationId": "ai.generateText.doGenerate", "gen_ai.system": "x" },
    ],
    ["vercel_ai", { "ai.operationId": "ai.generateText", "gen_ai.system": "x" }],
    ["vercel_ai", { "ai.operationId": "ai.toolCall", "traceloop.span.kind": "tool" }],
    ["vercel_ai", { "gen_ai.operation.name": "agent_step" }, "gen_ai"],
    ["vercel_ai", { "gen_ai.operation.name": "invoke_agent" }, "gen_ai"],
    ["openllmetry", { "traceloop.span.kind": "workflow" }],
    ["openllmetry", { "llm.request.type": "chat", "gen_ai.system": "OpenAI" }],
    ["openllmetry", { "gen_ai.prompt.0.role": "user" }],
    ["openllmetry", { "gen_ai.operation.name": "chat" }, "@traceloop/instrumentation-openai"],
    ["gen_ai", { "gen_ai.operation.name": "chat" }],
    ["gen_ai", { "gen_ai.operation.name": "chat" }, "a service's name"],
    ["gen_ai", { "gen_ai.tool.name": "x" }],
    ["strands", { "gen_ai.event.start_time": "2026-11-21", "gen_ai.operation.name": "chat" }, "a service's name"],
    ["strands", { "gen_ai.operation.name": "chat" }, "strands.telemetry.tracer"],
    ["litellm", { "metadata.user_api_key_hash": "", "llm.request.type": "acompletion" }],
    ["litellm", { hidden_params: "{}", "gen_ai.system": "openai" }, "opentelemetry.instrumentation.fastapi"],
    ["semantic_kernel", { "gen_ai.operation.name": "chat.completions" }],
    ["spring_ai", { "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai" }],
    ["spring_ai", { "gen_ai.operation.name": "chat" }, "org.springframework.boot"],
    ["anthropic_sdk", { "gen_ai.operation.name": "chat" }, "com.anthropic.sdk.typescript"],
    [undefined, { "http.route": "/v1/messages" }, "com.anthropic.sdk.typescript"],
    ["pydantic_ai", { "gen_ai.operation.name": "chat" }, "pydantic-ai"],
    ["pydantic_ai", { "pydantic_ai.all_messages": "[]" }],
    ["langfuse", { "pydantic_ai.all_messages": "[]", "langfuse.observation.type": "span" }, "pydantic-ai"],
    ["logfire", { "gen_ai.operation.name": "chat" }, "logfire.anthropic"],
    ["logfire", { request_data: "{}", "logfire.msg_template": "x" }, "any"],
    [undefined, { request_data: "{}" }],
    [undefined, { "logfire.msg": "order sent", "logfire.msg_template": "order sent" }, "logfire"],
    ["mlflow", { "mlflow.spanType": '"LLM"' }],
    ["mlflow", { "mlflow.spanInputs": "{}", "gen_ai.operation.name": "chat" }],
    ["crewai", { "crewai.agent.role": "clerk", "traceloop.span.kind": "agent" }],
    ["crewai", { "gen_ai.system": "crewai" }, "opentelemetry.instrumentation.crewai"],
    ["smolagents", { "openinference.span.kind": "AGENT", "smolagents.max_steps": 20n }],
    ["mcp", { "mcp.method.name": "tools/call", "gen_ai.operation.name": "execute_tool" }],
    ["openlit", { "telemetry.sdk.name": "openlit", "gen_ai.operation.name": "chat" }],
    ["openlit", { "gen_ai.operation.name": "chat" }, "@openlit/instrumentation-vllm"],
    [undefined, { "http.request.method": "POST" }, "gen_ai"],
    [undefined, {}],
  ])("%s: %o (scope %s)", (dialect, attributes, scope) => {
    expect(read(attributes, "span", scope).dialect).toBe(dialect);
  });
});

describe("what kind of operation a span is", () => {
  it.each<[string, Attributes, string?]>([
    ["model", { "gen_ai.operation.name": "chat" }],
    ["model", { "gen_ai.operation.name": "generate_content" }],
    ["model", { "gen_ai.operation.name": "text_completion" }],
    ["model", { "llm.request.type": "chat" }],
    ["model", { "openinference.span.kind": "LLM" }],
    ["model", { "openinference.span.kind": "llm" }],
    ["model", { "ai.operationId": "ai.generateText.doGenerate" }],
    ["model", { "ai.operationId": "ai.streamText.doStream" }],
    ["model", { "ai.operationId": "ai.generateObject.doGenerate" }],
    ["tool", { "gen_ai.operation.name": "execute_tool" }],
    ["tool", { "gen_ai.provider.name": "x" }, "execute_tool get_order"],
    ["tool", { "ai.operationId": "ai.toolCall" }],
    ["tool", { "openinference.span.kind": "TOOL" }],
    ["tool", { "traceloop.span.kind": "tool" }],
    ["tool", { "traceloop.span.kind": "task", "gen_ai.operation.name": "execute_tool" }],
    ["agent", { "gen_ai.operation.name": "invoke_agent" }],
    ["agent", { "gen_ai.operation.name": "create_agent" }],
    ["agent", { "openinference.span.kind": "AGENT" }],
    ["agent", { "ai.operationId": "ai.streamText" }],
    ["agent", { "traceloop.span.kind": "workflow" }],
    ["agent", { "traceloop.span.kind": "agent" }],
    ["other", { "gen_ai.operation.name": "agent_step" }],
    ["other", { "gen_ai.operation.name": "embeddings" }],
    ["other", { "gen_ai.operation.name": "handoff" }],
    ["other", { "gen_ai.operation.name": "plan" }],
    ["other", { "gen_ai.operation.name": "search_memory" }],
    ["agent", { "gen_ai.operation.name": "invoke_workflow" }],
    ["tool", { "gen_ai.operation.name": "execute_tool", "gen_ai.transfer.mode": "return_to_caller" }],
    ["other", { "openinference.span.kind": "CHAIN" }],
    ["other", { "openinference.span.kind": "EMBEDDING" }],
    ["other", { "ai.operationId": "ai.embed.doEmbed" }],
    ["other", { "traceloop.span.kind": "task" }],
    ["other", { "traceloop.span.kind": "handoff" }],
    ["agent", { "crewai.crew.tasks": "[]" }, "crewai.workflow"],
    ["other", { "crewai.task.description": "d", "traceloop.span.kind": "task" }],
    ["other", { "crewai.llm.model": "gpt-4o" }, "gpt-4o.llm"],
    ["tool", { "mcp.method.name": "tools/call" }],
    ["other", { "mcp.method.name": "tools/list" }],
    ["agent", { "pydantic_ai.all_messages": "[]" }, "agent run"],
    ["tool", { "gen_ai.tool.name": "x", model_request_parameters: "{}" }, "running tool: x"],
    ["model", { "mlflow.spanType": '"CHAT_MODEL"' }],
    ["model", { "mlflow.spanType": '"LLM"' }],
    ["tool", { "mlflow.spanType": '"TOOL"' }],
    ["agent", { "mlflow.spanType": '"AGENT"' }],
    ["agent", { "mlflow.spanType": '"UNKNOWN"' }],
    ["model", { request_data: '{"messages":[]}', "logfire.msg_template": "x" }],
    ["other", { request_data: '{"messages":[],"stream":true}', "logfire.msg_template": "x" }],
    ["other", { request_data: '{"input":"x"}', "logfire.msg_template": "x" }],
    ["other", { request_data: '{"prompt":"a cat"}', response_data: '{"images":[]}', "logfire.msg_template": "x" }],
    ["model", { request_data: '{"prompt":"a"}', response_data: '{"text":"b"}', "logfire.msg_template": "x" }],
    ["other", { "http.request.method": "POST" }],
  ])("%s: %o %s", (kind, attributes, name) => {
    expect(read(attributes, name).kind).toBe(kind);
  });

  it.each<[string, string, Attributes, string?]>([
    [
      "a chat span that lists its tools' names",
      "model",
      { "gen_ai.operation.name": "chat", "gen_ai.tool.name": "a, b" },
    ],
    ["tools merged into one span", "other", { "gen_ai.tool.name": "(merged tools)" }, "execute_tool (merged)"],
    ["a hand-over written as a tool", "other", { "openinference.span.kind": "TOOL" }, "handoff to billing"],
    [
      "a hand-over in the conventions' words",
      "other",
      { "gen_ai.operation.name": "execute_tool", "gen_ai.transfer.mode": "pass_control" },
    ],
    [
      "an AI SDK step that a processor translated",
      "model",
      { "openinference.span.kind": "CHAIN", "ai.operationId": "ai.generateText.doGenerate" },
    ],
  ])("is not fooled by %s", (_what, kind, attributes, name) => {
    expect(read(attributes, name).kind).toBe(kind);
  });
});

describe("whose span it is", () => {
  it.each<[string | undefined, Attributes]>([
    ["a", { "gen_ai.conversation.id": "a", "session.id": "b" }],
    ["b", { "session.id": "b", "langfuse.session.id": "c" }],
    ["c", { "traceloop.association.properties.session_id": "c" }],
    ["c", { "traceloop.association.properties.chat_id": "c" }],
    ["d", { "ai.telemetry.metadata.sessionId": "d" }],
    ["e", { "ai.settings.context.threadId": "e" }],
    ["f", { "metadata.sessionId": "f" }],
    ["7", { "session.id": 7n }],
    [undefined, { "session.id": "" }],
    [undefined, { "session.id": null }],
    [undefined, { "session.id": "__REDACTED__" }],
    [undefined, { metadata: '{"session_id":"g"}' }],
  ])("conversation %s: %o", (id, attributes) => {
    expect(read({ "gen_ai.operation.name": "chat", ...attributes }).conversationId).toBe(id);
  });

  it.each<[string | undefined, Attributes]>([
    ["g", { metadata: '{"session_id":"g"}' }],
    ["h", { metadata: '{"thread_id":"h","conversation_id":"i"}' }],
    ["8", { metadata: '{"sessionId":8}' }],
    [undefined, { metadata: '{"tier":2}' }],
    [undefined, { metadata: "not JSON" }],
    [undefined, { metadata: '{"session_id":"g"}', "session.id": "a" }],
  ])("conversation within JSON %s: %o", (id, attributes) => {
    expect(read({ "openinference.span.kind": "LLM", ...attributes }).embeddedConversationId).toBe(id);
  });

  it.each<[Attributes, string]>([
    [{ "user.id": "u", "enduser.id": "v" }, "u"],
    [{ "enduser.id": "v" }, "v"],
    [{ "traceloop.association.properties.user_id": "w" }, "w"],
    [{ "ai.telemetry.metadata.userId": "x" }, "x"],
  ])("user of %o, on any span", (attributes, userId) => {
    expect(read(attributes).userId).toBe(userId);
  });

  it.each<[Attributes, string | undefined]>([
    [{ "gen_ai.agent.name": "a", "agent.name": "b" }, "a"],
    [{ "agent.name": "b", "graph.node.id": "c" }, "b"],
    [{ "graph.node.id": "c" }, "c"],
    [{ "traceloop.span.kind": "agent", "traceloop.entity.name": "d" }, "d"],
    [{ "traceloop.span.kind": "tool", "traceloop.entity.name": "d" }, undefined],
    [{ "ai.telemetry.functionId": "e" }, "e"],
  ])("agent of %o", (attributes, agentName) => {
    expect(read(attributes).agentName).toBe(agentName);
  });
});

describe("what a model call says of itself", () => {
  const model = (attributes: Attributes) => {
    const operation = read({ "gen_ai.operation.name": "chat", ...attributes });
    return operation.kind === "model" ? operation : undefined;
  };

  it.each<[Attributes, readonly [number, number, number, number]]>([
    [
      { "gen_ai.usage.input_tokens": 10n, "gen_ai.usage.output_tokens": 5n, "llm.token_count.prompt": 99n },
      [10, 5, 0, 0],
    ],
    [{ "gen_ai.usage.prompt_tokens": 10n, "gen_ai.usage.completion_tokens": 5n }, [10, 5, 0, 0]],
    [
      {
        "llm.token_count.prompt": 10n,
        "llm.token_count.completion": 5n,
        "llm.token_count.prompt_details.cache_read": 4n,
      },
      [10, 5, 4, 0],
    ],
    [
      {
        "ai.usage.inputTokens": 10n,
        "ai.usage.outputTokens": 5n,
        "ai.usage.cachedInputTokens": 4n,
        "ai.usage.reasoningTokens": 2n,
      },
      [10, 5, 4, 2],
    ],
    [{ "ai.usage.promptTokens": 10.0, "ai.usage.completionTokens": "5" }, [10, 5, 0, 0]],
    [{ "gen_ai.usage.input_tokens": 10n }, [10, 0, 0, 0]],
  ])("tokens of %o", (attributes, [inputTokens, outputTokens, cachedInputTokens, reasoningTokens]) => {
    expect(model(attributes)?.usage).toEqual({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens });
  });

  it.each<[Attributes, number | undefined]>([
    [{ "gen_ai.usage.cost": 0.5 }, 0.5],
    [{ "gen_ai.usage.cost": 0 }, undefined],
    [{ "llm.cost.prompt": 0.25, "llm.cost.completion": 0.5 }, 0.75],
    [{ "operation.cost": "0.00009" }, 0.00009],
    [{}, undefined],
  ])("cost of %o", (attributes, cost) => {
    expect(model(attributes)?.costUsd).toBe(cost);
  });

  it.each<[Attributes, string | undefined]>([
    [{ "gen_ai.response.finish_reasons": ["stop", "length"] }, "stop"],
    [{ "gen_ai.response.finish_reasons": '["tool_calls"]' }, "tool_calls"],
    [{ "gen_ai.response.finish_reasons": "stop,length" }, "stop"],
    [{ "llm.finish_reason": "stop" }, "stop"],
    [{ "ai.response.finishReason": "tool-calls" }, "tool-calls"],
    [{ "gen_ai.response.finish_reasons": [""] }, undefined],
  ])("finish reason of %o", (attributes, reason) => {
    expect(model(attributes)?.finishReason).toBe(reason);
  });

  it("tells the requested model from the one that answered", () => {
    const call = model({
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
      "gen_ai.provider.name": "openai",
      "gen_ai.system": "OpenAI",
    });
    expect(call).toMatchObject({ model: "gpt-4o-mini", responseModel: "gpt-4o-mini-2024-07-18", provider: "openai" });
  });

  it.each<[Attributes]>([
    [
      {
        "gen_ai.tool.definitions":
          '[{"type":"function","function":{"name":"get_order","description":"d","parameters":{"type":"object"}}}]',
      },
    ],
    [
      {
        "gen_ai.tool.definitions":
          '[{"type":"function","name":"get_order","description":"d","inputSchema":{"type":"object"}}]',
      },
    ],
    [
      {
        "gen_ai.tool.definitions": [
          new Map<string, AttributeValue>([
            ["name", "get_order"],
            ["description", "d"],
            ["parameters", new Map([["type", "object"]])],
          ]),
        ],
      },
    ],
    [
      {
        "openinference.span.kind": "LLM",
        "llm.tools.0.tool.json_schema":
          '{"type":"function","function":{"name":"get_order","description":"d","parameters":{"type":"object"}}}',
      },
    ],
    [
      {
        "openinference.span.kind": "LLM",
        "llm.invocation_parameters":
          '{"tools":[{"name":"get_order","description":"d","input_schema":{"type":"object"}}]}',
      },
    ],
    [
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.tools": ['{"type":"function","name":"get_order","description":"d","inputSchema":{"type":"object"}}'],
      },
    ],
  ])("offers the tool of %o", (attributes) => {
    expect(model(attributes)?.tools).toEqual([{ name: "get_order", description: "d", parameters: { type: "object" } }]);
  });

  it.each<[Attributes, boolean]>([
    [{ "gen_ai.request.previous_response_id": "r" }, true],
    [{ "gen_ai.request.previous_response.id": "r" }, true],
    [{ "openinference.span.kind": "LLM", "llm.invocation_parameters": '{"previous_response_id":"r"}' }, true],
    [{ "openinference.span.kind": "LLM", "llm.invocation_parameters": "{}" }, false],
    [{}, false],
  ])("sends only what is new: %o", (attributes, isDelta) => {
    expect(model(attributes)?.isDelta).toBe(isDelta);
  });
});

describe("whether a span failed", () => {
  const span = spanAt({ id: 1, at: 0 }, { "gen_ai.operation.name": "chat" });
  const exception = {
    name: "exception",
    timeUnixNano: 0n,
    droppedAttributesCount: 0,
    attributes: new Map([["exception.message", "thrown"]]),
  };

  it.each([
    ["its status says so", { status: { code: 2, message: "boom" }, events: [exception] }, "boom"],
    ["its status has no message", { status: { code: 2, message: "" }, events: [exception] }, "thrown"],
    ["nothing has a message", { status: { code: 2, message: "" } }, "error"],
    [
      "an exception was recorded though the status is ok",
      { status: { code: 1, message: "" }, events: [exception] },
      "thrown",
    ],
    ["nothing happened", { status: { code: 1, message: "" } }, undefined],
  ])("%s", (_when, fields, error) => {
    expect(readOne({ ...span, ...fields }).error).toBe(error);
  });
});
