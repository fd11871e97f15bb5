import { anthropic } from "./anthropic/anthropic.ts";
import { googleGenAi } from "./google-genai/google-genai.ts";
import { langchain } from "./langchain/langchain.ts";
import { bedrock } from "./bedrock/bedrock.ts";
import type { Library } from "./library.ts";
import { mcp } from "./mcp/mcp.ts";
import { ollama } from "./ollama/ollama.ts";
import { openai } from "./openai/openai.ts";
import { openaiAgents } from "./openai-agents/openai-agents.ts";
import { vercelAiProviders } from "./vercel-ai/providers.ts";
import { vercelAi } from "./vercel-ai/vercel-ai.ts";

/** Every library we instrument. */
export const libraries: readonly Library[] = [
  openai,
  anthropic,
  openaiAgents,
  googleGenAi,
  ollama,
  bedrock,
  mcp,
  vercelAi,
  ...vercelAiProviders,
  langchain,
];
