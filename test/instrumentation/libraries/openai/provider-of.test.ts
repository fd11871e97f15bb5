import { expect, it } from "vitest";
import { providerAttributes } from "../../../../instrumentation/src/libraries/openai/provider-of.ts";

it.each([
  { baseURL: "https://api.openai.com/v1", provider: "openai", address: "api.openai.com", port: 443 },
  {
    baseURL: "https://kestrel.openai.azure.com/openai",
    provider: "azure.ai.openai",
    address: "kestrel.openai.azure.com",
    port: 443,
  },
  { baseURL: "https://api.groq.com/openai/v1", provider: "groq", address: "api.groq.com", port: 443 },
  {
    baseURL: "https://notapi.groq.com.evil.example/v1",
    provider: "openai",
    address: "notapi.groq.com.evil.example",
    port: 443,
  },
  { baseURL: "http://localhost/v1", provider: "openai", address: "localhost", port: 80 },
  { baseURL: "http://127.0.0.1:11434/v1", provider: "openai", address: "127.0.0.1", port: 11434 },
])("$baseURL is $provider at $address:$port", ({ baseURL, provider, address, port }) => {
  expect(providerAttributes({ baseURL })).toEqual({
    "gen_ai.provider.name": provider,
    "server.address": address,
    "server.port": port,
  });
});

it("is Azure's, behind whatever address, when the client is Azure's", () => {
  const client = { baseURL: "https://models.kestrel.example/openai", apiVersion: "2025-04-01-preview" };
  expect(providerAttributes(client)).toMatchObject({ "gen_ai.provider.name": "azure.ai.openai" });
});

it("is openai when the client says nothing", () => {
  expect(providerAttributes({})).toEqual({ "gen_ai.provider.name": "openai" });
});
