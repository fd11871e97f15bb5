/** The many ways in which one model and its provider are written. What cannot be told apart for sure stays unknown. */

export interface ServedModel {
  /** As in `gen_ai.provider.name`; absent when the text names none that is known (a service, a framework). */
  readonly provider?: string;
  /** Ways to write the model, the most exact first. */
  readonly names: readonly string[];
}

/** Gateways, and whoever else serves models: their prices are not in the packaged list. */
const unlisted = (
  "openrouter litellm gateway vercel cloudflare portkey github databricks sagemaker mistral cohere groq xai " +
  "x_ai deepseek perplexity together fireworks cerebras ollama vllm lmstudio lm_studio llamacpp huggingface nvidia " +
  "replicate ibm watsonx sambanova deepinfra baseten alibaba dashscope moonshot zhipu novita hyperbolic"
).split(" ");

/**
 * Beginnings of providers' names, longer ones first where one begins another. Those without list prices are here to be told
 * apart from texts that name no provider, of which one is known: a framework's own name.
 */
const providers: readonly (readonly [start: string, provider: string])[] = [
  ["openai", "openai"],
  ["anthropic", "anthropic"],
  ["aws", "aws.bedrock"],
  ["amazon", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["vertex", "gcp.vertex_ai"],
  ["google.vertex", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google_vertex", "gcp.vertex_ai"],
  ["gcp.vertex_ai", "gcp.vertex_ai"],
  ["gcp.vertex.agent", ""],
  ["gcp", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["az", "azure"],
  ...unlisted.map((name) => [name, name] as const),
];

/** Undefined for a text that names no provider. `openai.chat`, `OpenAI` and `openai` are one. */
export function providerOf(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (lower.includes("azure")) return "azure";
  const [, provider] = providers.find(([start]) => beginsWithWord(lower, start)) ?? [];
  return provider === "" ? undefined : provider;
}

function beginsWithWord(text: string, start: string): boolean {
  return text.startsWith(start) && !/[a-z]/.test(text.charAt(start.length));
}

/** Undefined when span and name contradict each other: then nobody knows whose price it is. */
export function servedModel(model: string, provider: string | undefined): ServedModel | undefined {
  const { name, prefix } = withoutPath(model.toLowerCase());
  const said = provider === undefined ? undefined : providerOf(provider);
  const written = (prefix === undefined ? undefined : providerOf(prefix)) ?? providerOfForm(name);
  if (said !== undefined && written !== undefined && said !== written) return undefined;
  const known = said ?? written;
  return { ...(known === undefined ? {} : { provider: known }), names: namesOf(name) };
}

/** `openai/gpt-4o`, `models/gemini-2.5-pro`, `publishers/google/models/gemini-2.5-pro`, an ARN. The first part is the provider's. */
function withoutPath(model: string): { readonly name: string; readonly prefix?: string } {
  const parts = model.split("/");
  const name = parts.at(-1) ?? model;
  if (model.includes("publishers/")) return { name, prefix: "vertex" };
  if (model.startsWith("arn:aws:bedrock")) return { name, prefix: "bedrock" };
  const [prefix] = parts;
  return parts.length === 1 || prefix === undefined || prefix === "models" ? { name } : { name, prefix };
}

/** `us.anthropic.claude-…-v1:0` is Bedrock's way to write a model, `claude-…@20250219` Vertex's. */
function providerOfForm(name: string): string | undefined {
  if (/^(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere)\./.test(name)) return "aws.bedrock";
  return name.includes("@") ? "gcp.vertex_ai" : undefined;
}

/** As written; without date and version; without Bedrock's region and vendor, where they do not matter to the price. */
function namesOf(name: string): readonly string[] {
  const plain = withoutVersion(name);
  const vendorless = plain.replace(/^(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere)\./, "");
  return [...new Set([name, plain, vendorless])];
}

function withoutVersion(name: string): string {
  return name
    .replace(/-v\d+(?::\d+)?(?::\d+k)?$/, "")
    .replace(/@(?:\d{8}|default|latest)$/, "")
    .replace(/-(?:\d{4}-\d{2}-\d{2}|20\d{6}|latest|00\d)$/, "");
}
