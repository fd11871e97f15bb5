/** What the README says of each library beyond what the matrix knows. */
export interface Documented {
  /** The library, and what belongs to it, as they are named in the table. The versions are the first one's. */
  readonly packages: readonly string[];
  /** How it is recorded, and where somebody else's instrumentation exists, why not with that one. */
  readonly how: string;
  readonly captured: string;
}

export const documented: readonly Documented[] = [
  {
    packages: ["openai"],
    how: "Own: `create` patched in place",
    captured:
      "Chat completions and responses, whole and streamed, with `stream`, `parse` and `runTools`; embeddings. `asResponse()`: the request only",
  },
  {
    packages: ["@openai/agents"],
    how: "Own, on the SDK's spans. OpenInference's is a trace processor, which an application that sets its own removes",
    captured: "Agents, model calls, tools, handoffs; the inner `openai` call is not recorded twice",
  },
  {
    packages: ["@anthropic-ai/sdk"],
    how: "Own: `create` patched in place",
    captured: "Messages and beta messages, whole and streamed, with `stream` and `parse`; the tool runner's tools",
  },
  {
    packages: ["@google/genai"],
    how: "Own: the prototype of `Models`",
    captured: "`generateContent`, whole and streamed, chats, automatic function calling, `embedContent`",
  },
  {
    packages: ["ollama"],
    how: "Own: the client's prototype",
    captured: "`chat` and `generate`, whole and streamed, `embed`",
  },
  {
    packages: ["@aws-sdk/client-bedrock-runtime"],
    how: "Own: `send`. OpenTelemetry's aws-sdk instrumentation may run beside it",
    captured: "`Converse` and `InvokeModel`, whole and streamed; what the client tries again is one call",
  },
  {
    packages: ["@modelcontextprotocol/sdk"],
    how: "Own: `callTool` and the server's request handlers",
    captured: "Tool calls of a client, and how a server runs them, in the same trace",
  },
  {
    packages: ["ai", "@ai-sdk/*"],
    how: "Own: version 7 by its tracing channel, before that the models. Its own telemetry leaves aborted streams open",
    captured:
      "`generateText`, `streamText`, `generateObject`, `streamObject`, `embed`: each attempt of a model call; tools. 7: of any model. 4 to 6: of the models of `@ai-sdk/*`, OpenRouter and Ollama; where a hook sees `ai` load (`node --import`, `require`) of any, and there the call's own `isEnabled: false`, `recordInputs: false` and `recordOutputs: false` are obeyed, as in 7, and its steps share a trace without a session. Tools since 6.0.111; in 4 and 5 where a hook sees `ai` load, else wrap them with `tool`",
  },
  {
    packages: ["@langchain/core", "@langchain/langgraph"],
    how: "Own: the base classes. A callback, as OpenInference's, gives ids to messages that have none",
    captured: "Chat models of every `@langchain/*` package, tools, graphs and their agents",
  },
];
