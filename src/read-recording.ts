/** A recording as messages: transcribed, and its speakers mapped. */
import type { IntakeResult, Intakes, Recording } from "./component/intake.ts";
import type { TranscriptsConfig } from "./config/transcripts-schema.ts";
import { mapSpeakers } from "./intake/map-speakers.ts";
import { createElevenLabs } from "./intake/speech/elevenlabs.ts";
import { createOpenAiTranscription } from "./intake/speech/openai-transcription.ts";
import type { SpeechOptions, SpeechProvider, Transcription } from "./intake/speech/speech-provider.ts";
import { JudgeError } from "./model/errors.ts";
import { LOW_CONFIDENCE, type TranscriptHints } from "./model/transcript.ts";
import type { ReadText } from "./read-text.ts";

export interface ReadRecording {
  /** `busy`: as many as may be are being transcribed. Throws JudgeError; PermanentError for what the disk has damaged. */
  read(recording: Recording, hints: TranscriptHints, signal: AbortSignal): Promise<IntakeResult | "busy">;
  close(): void;
}

type SpeechConfig = TranscriptsConfig["speech"];

/** `readText` is asked who speaks where the provider heard one speaker only (VH-26). */
export function createReadRecording(config: SpeechConfig, intakes: Intakes, readText: ReadText): ReadRecording {
  const provider = config.api_key === "" ? undefined : createProvider(config);
  let underWay = 0;

  async function transcribe(recording: Recording, hints: TranscriptHints, signal: AbortSignal): Promise<Transcription> {
    if (provider === undefined)
      throw new JudgeError("speech_off", "No speech provider is configured", { retryable: true, pausesJudge: true });
    underWay += 1;
    try {
      const read = () => intakes.readRecording(recording);
      return await provider.transcribe({ ...recording, read }, hints, signal);
    } finally {
      underWay -= 1;
    }
  }

  return {
    async read(recording, hints, signal) {
      // They are held by nobody meanwhile: whoever waits here would keep other sessions from being judged.
      if (underWay >= config.max_concurrency) return "busy";
      const transcription = await transcribe(recording, hints, signal);
      return mapSpeakers(transcription, hints) ?? readOneSpeaker(transcription, hints, signal, readText);
    },
    close: () => provider?.close(),
  };
}

/** No more than a guess, unless a model says who speaks. */
const oneSpeakerConfidence = LOW_CONFIDENCE / 2;

async function readOneSpeaker(
  { segments, language }: Transcription,
  hints: TranscriptHints,
  signal: AbortSignal,
  readText: ReadText,
): Promise<IntakeResult> {
  const { messages, transcript } = await readText.read(segments.map(({ text }) => text).join("\n"), hints, signal);
  const { parser, confidence, notes } = transcript;
  return {
    messages,
    transcript: {
      ...transcript,
      ...(language === undefined ? {} : { language }),
      confidence: parser === "llm" ? confidence : Math.min(confidence, oneSpeakerConfidence),
      notes: ["The speech provider told no two speakers apart, so the text had to say who speaks.", ...notes],
    },
  };
}

const defaults: Readonly<
  Record<
    SpeechConfig["provider"],
    { baseUrl: string; model: string; create: (options: SpeechOptions) => SpeechProvider }
  >
> = {
  elevenlabs: { baseUrl: "https://api.elevenlabs.io", model: "scribe_v1", create: createElevenLabs },
  openai: {
    baseUrl: "https://api.openai.com/v1",
    model: "gpt-4o-transcribe-diarize",
    create: createOpenAiTranscription,
  },
};

function createProvider(config: SpeechConfig): SpeechProvider {
  const { baseUrl, model, create } = defaults[config.provider];
  return create({
    apiKey: config.api_key,
    baseUrl: config.base_url ?? baseUrl,
    model: config.model ?? model,
    timeouts: { connectMs: config.connect_timeout, totalMs: config.timeout },
  });
}
