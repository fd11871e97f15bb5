/** Any endpoint with OpenAI's `/audio/transcriptions`. Source: https://platform.openai.com/docs/api-reference/audio/createTranscription */
import { z } from "zod";
import { createBoundedFetch } from "../../llm/bounded-fetch.ts";
import { type Failure, toJudgeError } from "../../llm/failure.ts";
import { maxTranscriptionBytes, postRecording } from "./post-recording.ts";
import { joinSegments, type SpeechOptions, type SpeechProvider } from "./speech-provider.ts";
import { unexpectedTranscription } from "./unexpected-transcription.ts";

const transcriptionSchema = z.object({
  language: z.string().nullish(),
  text: z.string().nullish(),
  segments: z.array(z.object({ text: z.string(), speaker: z.string().nullish() })).nullish(),
});

const formats = ["diarized_json", "verbose_json", "json"] as const;
type Format = (typeof formats)[number];

/** Asks for speakers where the model's name promises them, and for less when the endpoint refuses a form. */
export function createOpenAiTranscription(options: SpeechOptions): SpeechProvider {
  const bounded = createBoundedFetch(options.timeouts.connectMs, { maxReplyBytes: maxTranscriptionBytes });
  let format: Format = options.model.includes("diarize") ? "diarized_json" : "verbose_json";
  return {
    async transcribe(recording, { language }, signal) {
      for (;;) {
        const fields = [
          ["model", options.model] as const,
          ...fieldsOf(format),
          ...(language === undefined ? [] : [["language", language] as const]),
        ];
        const headers = { authorization: `Bearer ${options.apiKey}` };
        const request = { url: `${options.baseUrl}/audio/transcriptions`, headers, fields, recording, signal };
        const outcome = await postRecording(request, bounded, options);
        if ("json" in outcome) return toTranscription(outcome.json);
        const next = refusesForm(outcome.failure) ? formats[formats.indexOf(format) + 1] : undefined;
        if (next === undefined) throw toJudgeError(outcome.failure);
        format = next;
      }
    },
    close: bounded.close,
  };
}

function fieldsOf(format: Format): readonly (readonly [string, string])[] {
  const asked = [["response_format", format] as const];
  if (format === "diarized_json") return [...asked, ["chunking_strategy", "auto"]];
  return format === "verbose_json" ? [...asked, ["timestamp_granularities[]", "segment"]] : asked;
}

const formParameters = /response_format|timestamp_granularit|chunking_strategy|verbose_json|diarized_json/;

function refusesForm({ kind, parameter, message }: Failure): boolean {
  return kind === "refused" && formParameters.test(`${parameter ?? ""} ${message}`);
}

function toTranscription(json: unknown) {
  const { data } = transcriptionSchema.safeParse(json);
  if (data === undefined) throw unexpectedTranscription();
  const segments = (data.segments ?? []).map(({ text, speaker }) => ({
    text: `${text} `,
    ...(speaker ? { speaker } : {}),
  }));
  const text = data.text ?? "";
  return {
    ...(data.language ? { language: data.language } : {}),
    segments: joinSegments(segments.length > 0 ? segments : [{ text }]),
  };
}
