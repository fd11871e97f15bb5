// What captured models really served against what was rebuilt from the spans. Used by the tests and by `bench/tokens.mjs`.

export function compareTokens(expected, sessions) {
  const wanted = sum(expected.conversations.flatMap(({ turns }) => turns.flatMap(servedIn)).map(countsOfCall));
  const got = sum(sessions.flatMap(({ turns }) => turns.flatMap(usedIn)));
  return { wanted, got, isExact: wanted.every((count, at) => count === got[at]) };
}

function servedIn({ llmCalls = [], subAgentLlmCalls = [] }) {
  return [...llmCalls, ...subAgentLlmCalls];
}

/** OpenAI counts cached tokens as a part of the input, Anthropic beside it. */
function countsOfCall({ usage }) {
  if (usage === undefined || usage === null) return [0, 0, 0];
  const { input, output, cachedInput = 0, cacheReadInput = 0, cacheCreationInput = 0 } = usage;
  return [input + cacheReadInput + cacheCreationInput, output, cachedInput + cacheReadInput];
}

/** A turn's own tokens, or a sub-agent's, and those of the sub-agents in it. */
function usedIn({ usage, steps }) {
  const inner = steps.flatMap((step) => (step.subAgent === undefined ? [] : usedIn(step.subAgent)));
  return [[usage.inputTokens, usage.outputTokens, usage.cachedInputTokens], ...inner];
}

function sum(lists) {
  return lists.reduce((total, counts) => total.map((count, at) => count + counts[at]), [0, 0, 0]);
}

const noStreams = "the library reports no tokens for streams";
const noCached = "input and output are exact; the library does not say how much of the input was cached";
const recounted = "the library counts streams itself, wrongly, and says nothing of cached tokens";
const limited = "the sender's attribute limit took the tokens";

export const notCarried = new Map([
  ["ai-sdk-v5", "cached tokens only for streams"],
  ["ai-sdk-v6-errors", "an aborted stream reports nothing"],
  ["ai-sdk-v7-errors", "an aborted stream reports nothing"],
  ["langsmith-langchain", "the spans of the model calls were written over"],
  ["langsmith-openai", "the span of one streamed call was written over"],
  ["openinference-openai", noStreams],
  ["openinference-openai-bare", noStreams],
  ["openinference-openai-bare-window", noStreams],
  ["openinference-openai-errors", noStreams],
  ["openinference-openai-hidden", noStreams],
  ["openinference-openai-interleaved", noStreams],
  ["openinference-openai-long", `${limited}; ${noStreams}`],
  ["openinference-openai-onetrace", noStreams],
  ["openinference-openai-session-only", noStreams],
  ["openinference-openai-truncated", `${limited}; ${noStreams}`],
  ["otel-contrib-openai", noCached],
  ["otel-contrib-openai-bare", noCached],
  ["otel-contrib-openai-nocontent", noCached],
  ["otel-contrib-openai-responses", noCached],
  ["traceloop-langchain", noCached],
  ["traceloop-legacy-openai", recounted],
  ["traceloop-openai", recounted],
  ["traceloop-openai-bare", recounted],
  ["traceloop-openai-multiagent", recounted],
  ["traceloop-openai-nocontent", `${noStreams}, and nothing of cached tokens`],
  ["traceloop-openai-oddities", noCached],
  ["traceloop-openai-truncated", recounted],
  ["traceloop-vercel", "cached tokens only for streams"],
]);
