/** `service.sessions.transcripts`: how texts and recordings become messages. */
import { z } from "zod";
import { duration, secret } from "../component/config-schemas.ts";
import { parseBaseUrl } from "../llm/base-url.ts";

const baseUrl = z.string().transform((text, context) => {
  try {
    return parseBaseUrl(text);
  } catch (error) {
    context.issues.push({ code: "custom", input: "", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

const llm = z.strictObject({
  /** Without a key nobody but the rules reads transcripts. Local servers that need none take any text. */
  api_key: secret.default(""),
  base_url: baseUrl.prefault("https://api.openai.com/v1"),
  model: z.string().min(1).default("gpt-5.4-mini"),
  /** For one request. */
  timeout: duration.prefault("60s"),
  /** Of one prompt: a longer text is read in parts. */
  max_input_tokens: z.int().min(2_000).default(16_000),
});

const speech = z.strictObject({
  /** `openai` is any endpoint with OpenAI's `/audio/transcriptions`. */
  provider: z.enum(["elevenlabs", "openai"]).default("elevenlabs"),
  /** Without a key recordings are refused. Local servers that need none take any text. */
  api_key: secret.default(""),
  /** Absent: the provider's own. */
  base_url: baseUrl.optional(),
  /** Absent: the provider's usual one. */
  model: z.string().min(1).optional(),
  /** For one recording, from the connection to the whole answer. */
  timeout: duration.prefault("10m"),
  connect_timeout: duration.prefault("10s"),
  /** Recordings that are transcribed at the same time. */
  max_concurrency: z.int().min(1).max(64).default(2),
});

export const transcriptsSchema = z
  .strictObject({
    llm: llm.prefault({}),
    speech: speech.prefault({}),
    /** A larger recording is refused. */
    max_recording_mb: z.int().min(1).max(4096).default(100),
  })
  .prefault({});

export type TranscriptsConfig = z.infer<typeof transcriptsSchema>;
