/** A transcript's text as messages: by a language model where one is configured, by the rules otherwise and when it fails. */
import type { IntakeResult } from "./component/intake.ts";
import type { TranscriptsConfig } from "./config/transcripts-schema.ts";
import { createLlmTranscript } from "./intake/llm-transcript.ts";
import { parseTranscript, toLines } from "./intake/parse-transcript.ts";
import { toUnits } from "./intake/text-units.ts";
import { createMemoryCache } from "./llm/cache.ts";
import { createLlmClient } from "./llm/client.ts";
import { sharedLimiter } from "./llm/limiter.ts";
import { JudgeError } from "./model/errors.ts";
import type { TranscriptHints } from "./model/transcript.ts";

export interface ReadText {
  /** Never fails for what the text is. */
  read(text: string, hints: TranscriptHints, signal: AbortSignal): Promise<IntakeResult>;
  close(): void;
}

const maxConcurrency = 8;
const maxAttempts = 3;
const connectTimeoutMs = 10_000;

export function createReadText(config: TranscriptsConfig["llm"]): ReadText {
  if (config.api_key === "")
    return { read: async (text, hints) => parseTranscript(text, hints), close: () => undefined };
  const client = createLlmClient({
    baseUrl: config.base_url,
    apiKey: config.api_key,
    model: config.model,
    temperature: 0,
    timeouts: { connectMs: connectTimeoutMs, attemptMs: config.timeout, deadlineMs: 2 * config.timeout },
    maxAttempts,
    limiter: sharedLimiter(config.base_url, config.api_key, maxConcurrency),
    cache: createMemoryCache(),
  });
  const askModel = createLlmTranscript({ client, maxInputTokens: config.max_input_tokens });
  return {
    async read(text, hints, signal) {
      const byRules = parseTranscript(text, hints);
      if (byRules.isStructured || hints.format === "plain") return byRules;
      try {
        const byModel = await askModel(toUnits(toLines(text)), hints, signal);
        return byModel.messages.length === 0 ? byRules : byModel;
      } catch (error) {
        if (signal.aborted || !(error instanceof JudgeError)) throw error;
        const note = `The language model could not say who speaks (${error.code}), so the rules did.`;
        return { ...byRules, transcript: { ...byRules.transcript, notes: [note, ...byRules.transcript.notes] } };
      }
    },
    close: () => client.close(),
  };
}
