import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { isCallable } from "./callable.ts";
import { patchEmbeddingModel } from "./patch-embedding-model.ts";
import { patchModel } from "./patch-model.ts";

/** The packages that make language models for the AI SDK. */
const packages: readonly string[] = [
  "@ai-sdk/openai",
  "@ai-sdk/anthropic",
  "@ai-sdk/google",
  "@ai-sdk/google-vertex",
  "@ai-sdk/azure",
  "@ai-sdk/amazon-bedrock",
  "@ai-sdk/openai-compatible",
  "@ai-sdk/gateway",
  "@ai-sdk/mistral",
  "@ai-sdk/groq",
  "@ai-sdk/xai",
  "@ai-sdk/deepseek",
  "@ai-sdk/cohere",
  "@ai-sdk/perplexity",
  "@ai-sdk/fireworks",
  "@ai-sdk/togetherai",
  "@ai-sdk/deepinfra",
  "@ai-sdk/cerebras",
  "@ai-sdk/baseten",
  "@ai-sdk/huggingface",
  "@ai-sdk/alibaba",
  "@ai-sdk/moonshotai",
  "@ai-sdk/vercel",
  "@openrouter/ai-sdk-provider",
  "ollama-ai-provider-v2",
];

/** An application that imports us first has linked what `ai` exports: its models' classes are what can be patched then. */
export const vercelAiProviders: readonly Library[] = packages.map((name) => ({
  name,
  partOf: "ai",
  majors: [0, 1, 2, 3, 4, 5, 6, 7],
  orderSensitiveMajors: [],
  patch: patchProviders,
}));

/** Patches the models of every provider that the module can create. Returns whether there is one. */
export function patchProviders(moduleExports: unknown): boolean {
  const names = typeof moduleExports === "object" && moduleExports !== null ? Object.keys(moduleExports) : [];
  const creators = names.filter((name) => /^create[A-Z]/.test(name)).map((name) => member(moduleExports, name));
  return creators.map(patchProvider).some(Boolean);
}

/** The classes are not exported: a model of each kind is made, which asks nobody anything. */
export function patchProvider(create: unknown): boolean {
  const provider = tryTo(() => (isCallable(create) ? create(settings) : undefined));
  const modelOf = (kind: string): unknown => {
    const make = member(provider, kind);
    return tryTo(() => (isCallable(make) ? make.call(provider, "any") : undefined));
  };
  for (const kind of embeddingKinds) patchEmbeddingModel(modelOf(kind));
  return kinds.map((kind) => patchModel(modelOf(kind))).some(Boolean);
}

/** What some provider or other insists on. */
const settings = {
  name: "any",
  apiKey: "none",
  baseURL: "http://127.0.0.1",
  resourceName: "none",
  region: "us-east-1",
  accessKeyId: "none",
  secretAccessKey: "none",
  project: "none",
  location: "us-central1",
};
const kinds = ["languageModel", "chatModel", "chat", "responses", "messages", "completion", "completionModel"];
const embeddingKinds = ["embeddingModel", "textEmbeddingModel", "embedding"];

/** A provider that wants more than this is one whose models are not patched, and that is said. */
function tryTo(make: () => unknown): unknown {
  try {
    return make();
  } catch {
    return undefined;
  }
}
