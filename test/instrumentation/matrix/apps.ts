/** The programs of the matrix: what each imports, and where it differs from the others for a reason of its library. */
import type { ScenarioName, TrueTurn } from "./scenarios.ts";

export interface App {
  /** A file of apps/, without its ending. */
  readonly name: string;
  /** What the program is given: the modules it uses, by the names it uses for them. */
  readonly modules: Readonly<Record<string, string>>;
  /** What the libraries of a package of the matrix (or of the `root`) lack that the program uses; it is not run there. */
  readonly lacking?: Readonly<Record<string, string>>;
  /** Scenarios whose outcome the library itself makes different, with the reason. */
  readonly differences?: Partial<Record<ScenarioName, Difference>>;
}

export interface Difference {
  readonly because: string;
  readonly truth?: readonly TrueTurn[];
  /** What is known where a hook sees the library load (`node --import`, `require`); default: `truth`. */
  readonly hookedTruth?: readonly TrueTurn[];
  readonly modelCalls?: number;
}

/** The AI SDK itself asks again after an error, and each attempt is a call of the model. */
const asksAgain = {
  "http 500": { because: "The SDK asks twice.", modelCalls: 2 },
  "http 429, then ok": { because: "The SDK asks twice.", modelCalls: 2 },
} as const;

export const apps: readonly App[] = [
  { name: "openai-chat", modules: { openai: "openai" } },
  { name: "openai-responses", modules: { openai: "openai" } },
  {
    name: "openai-agents-chat",
    modules: { agents: "@openai/agents", openai: "openai" },
    lacking: { older: "going on after an answer that has a text beside its tool calls" },
  },
  { name: "openai-agents-responses", modules: { agents: "@openai/agents", openai: "openai" } },
  { name: "anthropic-messages", modules: { anthropic: "@anthropic-ai/sdk" } },
  {
    name: "anthropic-runner",
    modules: { anthropic: "@anthropic-ai/sdk" },
    lacking: { oldest: "beta.messages.toolRunner" },
  },
  { name: "google-genai", modules: { genai: "@google/genai" } },
  { name: "google-genai-chat", modules: { genai: "@google/genai" } },
  {
    name: "ollama",
    modules: { ollama: "ollama" },
    differences: {
      "http 429, then ok": { because: "The client asks once: it is the program that asks again.", modelCalls: 2 },
    },
  },
  {
    name: "langchain-chat",
    modules: {
      openai: "@langchain/openai",
      messages: "@langchain/core/messages",
      tools: "@langchain/core/tools",
    },
  },
  {
    name: "langchain-graph",
    modules: {
      langgraph: "@langchain/langgraph",
      prebuilt: "@langchain/langgraph/prebuilt",
      openai: "@langchain/openai",
      tools: "@langchain/core/tools",
    },
  },
  {
    name: "ai-sdk",
    modules: { ai: "ai", openai: "@ai-sdk/openai" },
    lacking: { oldest: "telling the model what a tool throws" },
    differences: asksAgain,
  },
  {
    name: "ai-sdk-4",
    modules: { ai: "ai", openai: "@ai-sdk/openai" },
    lacking: {
      root: "version 4",
      newest: "version 4",
      older: "version 4",
    },
    differences: {
      ...asksAgain,
      "failing tool": {
        because: "What a tool throws, generateText throws, too, and the model is not asked again.",
        modelCalls: 1,
        truth: [{ user: "And in Atlantis?", tools: [["get_weather", { city: "Atlantis" }, null]] }],
        hookedTruth: [
          { user: "And in Atlantis?", tools: [["get_weather", { city: "Atlantis" }, "no station in Atlantis"]] },
        ],
      },
    },
  },
  { name: "bedrock-converse", modules: { bedrock: "@aws-sdk/client-bedrock-runtime" } },
  { name: "bedrock-invoke", modules: { bedrock: "@aws-sdk/client-bedrock-runtime" } },
  {
    name: "mcp",
    modules: {
      openai: "openai",
      client: "@modelcontextprotocol/sdk/client/index.js",
      server: "@modelcontextprotocol/sdk/server/mcp.js",
      types: "@modelcontextprotocol/sdk/types.js",
      memory: "@modelcontextprotocol/sdk/inMemory.js",
      stdio: "@modelcontextprotocol/sdk/client/stdio.js",
    },
  },
];
