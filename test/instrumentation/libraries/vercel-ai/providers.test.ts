import { describe, expect, it } from "vitest";
import { createGateway } from "@ai-sdk/gateway";
import * as openai from "@ai-sdk/openai";
import { patchProviders, vercelAiProviders } from "../../../../instrumentation/src/libraries/vercel-ai/providers.ts";
import { providerNameAttribute } from "../../../../instrumentation/src/libraries/vercel-ai/provider-of.ts";

const isPatched = (model: object, method: string): boolean =>
  Symbol.for("turnwise.patched") in (Reflect.get(model, method) as object);

describe("the models of a provider", () => {
  it("are patched, every kind of them", () => {
    expect(patchProviders(openai)).toBe(true);
    const { createOpenAI } = openai;
    const provider = createOpenAI({ apiKey: "test" });
    const models = [provider.chat("m"), provider.responses("m"), provider.completion("m"), provider("m")];
    for (const model of models) {
      expect(isPatched(model, "doGenerate")).toBe(true);
      expect(isPatched(model, "doStream")).toBe(true);
    }
    expect(isPatched(provider.embedding("m"), "doEmbed")).toBe(true);
  });

  it("are patched in the gateway", () => {
    expect(patchProviders({ createGateway })).toBe(true);
    expect(isPatched(createGateway({ apiKey: "test" })("openai/m"), "doGenerate")).toBe(true);
  });

  it.each([
    { name: "nothing that creates a provider", exports: { openai: () => undefined } },
    { name: "a creator that throws", exports: { createOther: () => Promise.reject.call(undefined) } },
    { name: "a creator of something else", exports: { createServer: () => ({ chat: () => ({}) }) } },
    { name: "no module", exports: undefined },
  ])("are not there: $name", ({ exports }) => {
    expect(patchProviders(exports)).toBe(false);
  });

  it("are patched for each package under its own name", () => {
    const names = vercelAiProviders.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

it.each([
  ["openai.responses", "openai"],
  ["azure.chat", "azure.ai.openai"],
  ["anthropic.messages", "anthropic"],
  ["vertex.anthropic.messages", "gcp.vertex_ai"],
  ["google.vertex.chat", "gcp.vertex_ai"],
  ["google.generative-ai", "gcp.gemini"],
  ["amazon-bedrock", "aws.bedrock"],
  ["mistral.chat", "mistral_ai"],
  ["xai.chat", "x_ai"],
  ["gateway", "gateway"],
  ["groq.chat", "groq"],
  ["googly", "googly"],
])("names the provider %s as the conventions do: %s", (name, provider) => {
  expect(providerNameAttribute(name)).toEqual({ "gen_ai.provider.name": provider });
});

it.each([undefined, "", 7])("names no provider for %j", (name) => {
  expect(providerNameAttribute(name)).toEqual({});
});
