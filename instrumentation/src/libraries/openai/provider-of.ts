import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, textOf } from "../../json.ts";
import { serverAttributes } from "../server-attributes.ts";

/** Hosts of OpenAI-compatible services, by how they end, and the convention's name for each. */
const providersByHost: readonly (readonly [host: string, provider: string])[] = [
  ["openai.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.inference"],
  ["models.inference.ai.azure.com", "azure.ai.inference"],
  ["api.deepseek.com", "deepseek"],
  ["api.groq.com", "groq"],
  ["api.mistral.ai", "mistral_ai"],
  ["api.perplexity.ai", "perplexity"],
  ["api.x.ai", "x_ai"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
];

/**
 * Provider and server of a client, from its base URL. An unknown host speaks OpenAI's language: `openai`, or Azure's if
 * the client is Azure's, which alone has an API version.
 */
export function providerAttributes(client: Fields): Attributes {
  const baseUrl = textOf(client["baseURL"]) ?? "";
  const unknown = textOf(client["apiVersion"]) === undefined ? "openai" : "azure.ai.openai";
  if (!URL.canParse(baseUrl)) return { [genAi.providerName]: unknown };
  const { hostname } = new URL(baseUrl);
  const known = providersByHost.find(([host]) => hostname === host || hostname.endsWith(`.${host}`));
  return {
    [genAi.providerName]: known?.[1] ?? unknown,
    ...serverAttributes(baseUrl),
  };
}
