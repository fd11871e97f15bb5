import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, textOf } from "../../json.ts";
import { serverAttributes } from "../server-attributes.ts";
import { isCallable } from "./callable.ts";

/** How the names of models' providers begin, and the conventions' name for each; others are named by their first word. */
const providers: readonly (readonly [prefix: string, provider: string])[] = [
  ["google.vertex", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["google", "gcp.gemini"],
  ["azure", "azure.ai.openai"],
  ["amazon-bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["mistral", "mistral_ai"],
  ["xai", "x_ai"],
];

/** Provider and server of a model, from its own name for the provider (`openai.responses`) and its configuration. */
export function providerAttributes(model: Fields): Attributes {
  return { ...providerNameAttribute(model["provider"]), ...serverAttributes(baseUrlOf(model)) };
}

export function providerNameAttribute(value: unknown): Attributes {
  const name = textOf(value) ?? "";
  const known = providers.find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`));
  const provider = known?.[1] ?? name.split(".")[0] ?? "";
  return provider === "" ? {} : { [genAi.providerName]: provider };
}

/** The providers' own models keep a base URL or a function that makes a request's URL. */
function baseUrlOf({ config, modelId }: Fields): unknown {
  const { baseURL, url } = fieldsOf(config);
  return isCallable(url) && baseURL === undefined ? url({ path: "", modelId }) : baseURL;
}
