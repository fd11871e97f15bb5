import { describe, expect, it } from "vitest";
import { readRequest } from "../../../../instrumentation/src/libraries/langchain/chat-request.ts";

const modelOf = (tracing: object, params: object, fields: object = {}): object => ({
  ...fields,
  getLsParams: () => tracing,
  invocationParams: () => params,
});

describe("what a LangChain model is asked", () => {
  it.each([
    { provider: "openai", expected: "openai" },
    { provider: "azure", expected: "azure.ai.openai" },
    { provider: "anthropic", expected: "anthropic" },
    { provider: "amazon_bedrock", expected: "aws.bedrock" },
    { provider: "google_genai", expected: "gcp.gemini" },
    { provider: "mistral", expected: "mistral_ai" },
    { provider: "OwnModel", expected: "ownmodel" },
  ])("names the provider $expected", ({ provider, expected }) => {
    const { attributes } = readRequest(modelOf({ ls_provider: provider }, {}), [], {});
    expect(attributes).toEqual({ "gen_ai.provider.name": expected });
  });

  it("tells an OpenAI-compatible provider by its address", () => {
    const clientConfig = { baseURL: "https://api.deepseek.com/v1" };
    expect(readRequest(modelOf({ ls_provider: "openai" }, {}, { clientConfig }), [], {}).attributes).toEqual({
      "gen_ai.provider.name": "deepseek",
      "server.address": "api.deepseek.com",
      "server.port": 443,
    });
  });

  it.each([
    { name: "OpenAI's", params: { max_completion_tokens: 9, top_p: 0.5, seed: 7, stop: ["END"] } },
    { name: "Anthropic's", params: { max_tokens: 9, top_p: 0.5, stop_sequences: ["END"] } },
    { name: "Bedrock's", params: { inferenceConfig: { maxTokens: 9, topP: 0.5 } }, tracing: { ls_stop: ["END"] } },
    { name: "any model's", params: {}, tracing: { ls_max_tokens: 9, ls_temperature: 0, ls_stop: ["END"] } },
  ])("has parameters: $name", ({ params, tracing = {} }) => {
    const { attributes } = readRequest(modelOf(tracing, params), [], {});
    expect(attributes).toMatchObject({ "gen_ai.request.max_tokens": 9, "gen_ai.request.stop_sequences": ["END"] });
  });

  const parameters = { type: "object" };
  const weather = { name: "weather", description: "The weather" };
  it.each([
    { name: "OpenAI's", params: { tools: [{ type: "function", function: { ...weather, parameters } }] } },
    { name: "the Responses API's", params: { tools: [{ type: "function", ...weather, parameters }] } },
    { name: "Anthropic's", params: { tools: [{ ...weather, input_schema: parameters }] } },
    { name: "Google's", params: { tools: [{ functionDeclarations: [{ ...weather, parameters }] }] } },
    {
      name: "Bedrock's",
      params: { toolConfig: { tools: [{ toolSpec: { ...weather, inputSchema: { json: parameters } } }] } },
    },
  ])("has tools: $name", ({ params }) => {
    expect(readRequest(modelOf({}, params), [], {}).toolDefinitions).toEqual([
      { type: "function", ...weather, parameters },
    ]);
  });

  it("keeps a tool of the provider's own as it is", () => {
    const tools = [{ type: "web_search_preview" }];
    expect(readRequest(modelOf({}, { tools }), [], {}).toolDefinitions).toEqual(tools);
  });

  it("is read of a model that fails to tell", () => {
    const failing = {
      model: "own",
      getLsParams() {
        throw new Error("no");
      },
    };
    expect(readRequest(failing, [], {})).toEqual({
      model: "own",
      attributes: {},
      input: [],
      toolDefinitions: [],
    });
  });
});
