/** Source: https://elevenlabs.io/docs/api-reference/speech-to-text/convert */
import { z } from "zod";
import { createBoundedFetch } from "../../llm/bounded-fetch.ts";
import { toJudgeError } from "../../llm/failure.ts";
import { maxTranscriptionBytes, postRecording } from "./post-recording.ts";
import { joinSegments, type SpeechOptions, type SpeechProvider } from "./speech-provider.ts";
import { unexpectedTranscription } from "./unexpected-transcription.ts";

const transcriptionSchema = z.object({
  language_code: z.string().nullish(),
  text: z.string().nullish(),
  words: z
    .array(z.object({ text: z.string(), type: z.string().nullish(), speaker_id: z.string().nullish() }))
    .nullish(),
});

/** More than it tells apart. */
const mostSpeakers = 32;

export function createElevenLabs(options: SpeechOptions): SpeechProvider {
  const bounded = createBoundedFetch(options.timeouts.connectMs, { maxReplyBytes: maxTranscriptionBytes });
  return {
    async transcribe(recording, { speakersExpected = 0, language }, signal) {
      const fields: (readonly [string, string])[] = [
        ["model_id", options.model],
        ["diarize", "true"],
        ["timestamps_granularity", "word"],
        ["tag_audio_events", "false"],
        ...(speakersExpected > 0 ? [["num_speakers", String(Math.min(speakersExpected, mostSpeakers))] as const] : []),
        ...(language === undefined ? [] : [["language_code", language] as const]),
      ];
      const headers = { "xi-api-key": options.apiKey };
      const request = {
        url: `${options.baseUrl.replace(/\/v1$/, "")}/v1/speech-to-text`,
        headers,
        fields,
        recording,
        signal,
      };
      const outcome = await postRecording(request, bounded, options);
      if ("failure" in outcome) throw toJudgeError(outcome.failure);
      const { data } = transcriptionSchema.safeParse(outcome.json);
      if (data === undefined) throw unexpectedTranscription();
      const spoken = (data.words ?? []).filter(({ type }) => type !== "audio_event");
      return {
        ...(data.language_code ? { language: data.language_code } : {}),
        segments: joinSegments(spoken.length > 0 ? wordsBySpeaker(spoken) : [{ text: data.text ?? "" }]),
      };
    },
    close: bounded.close,
  };
}

interface Word {
  readonly text: string;
  readonly speaker_id?: string | null | undefined;
}

/** A word without a speaker, as the blanks between words are, goes with the word before it. */
function wordsBySpeaker(words: readonly Word[]) {
  let current: string | undefined;
  return words.map(({ text, speaker_id }) => {
    if (text.trim() !== "") current = speaker_id ?? current;
    return { ...(current === undefined ? {} : { speaker: current }), text };
  });
}
