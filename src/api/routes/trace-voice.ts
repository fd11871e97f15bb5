/** A recording, which is transcribed and then judged. */
import { ApiError } from "../api-error.ts";
import { awaitTranscript } from "../await-transcript.ts";
import { replayHeaders } from "../idempotency.ts";
import { toIntakeSession } from "../new-intake-session.ts";
import { receiveInPlace, refuseUpload } from "../receive-in-place.ts";
import { type ReceivedRecording, receiveRecording } from "../receive-recording.ts";
import { type Answer, type ApiContext, type Call, defineRoute } from "../route.ts";
import { validateBody } from "../validate.ts";
import { submitResultSchema } from "../valuehead-contract.ts";
import { voiceFields, voiceForm } from "../voice-form.ts";

export const submitVoice = defineRoute({
  method: "post",
  path: "/api/v1/traces/voice",
  access: "ingest",
  headers: ["idempotency-key"],
  form: voiceForm,
  operation: {
    id: "submitVoice",
    summary: "Takes a recording, which is transcribed and judged then.",
    reply: { status: 201, schema: submitResultSchema },
    errors: [413, 422, 429],
  },
  async answer(call, context) {
    const { upload } = call;
    const { recordings = { isOff: true, maxBytes: 0 }, store } = context;
    if (upload === undefined) throw new Error("the request did not come with the call");
    if (recordings.isOff) throw refuseUpload(upload, speechOff());
    return {
      wait: async (ended) => {
        const received = await receiveInPlace(store, upload, call.caller, async (pace) =>
          receiveRecording(upload, { intakes: store.intakes, maxBytes: recordings.maxBytes, pace }),
        );
        return create(received, call, context, ended);
      },
    };
  },
});

function speechOff(): ApiError {
  const setting = "service::sessions::transcripts::speech::api_key (TURNWISE_ELEVENLABS_API_KEY)";
  return new ApiError(422, "speech_off", `this server transcribes no recordings: set ${setting}`);
}

async function create(
  received: ReceivedRecording,
  call: Call,
  context: ApiContext,
  ended: AbortSignal,
): Promise<Answer> {
  const { recording, digest } = received;
  const { store } = context;
  const created = await createOrDrop();
  if (created.isReplay) await store.intakes.dropRecording(recording.id);
  const body = await awaitTranscript(store, created, ended);
  return { status: 201, body, headers: replayHeaders(created.isReplay) };

  async function createOrDrop() {
    try {
      ended.throwIfAborted();
      return await store.createMessageSession(toSession());
    } catch (error) {
      await store.intakes.dropRecording(recording.id);
      throw error;
    }
  }

  function toSession() {
    const fields = validateBody(voiceFields, received.fields) ?? {};
    const { human_speaker, speakers_expected, first_speaker_role, language, ...rest } = fields;
    const hints = {
      ...(human_speaker === undefined ? {} : { humanSpeaker: human_speaker }),
      ...(speakers_expected === undefined ? {} : { speakersExpected: speakers_expected }),
      ...(first_speaker_role === undefined ? {} : { firstSpeakerRole: first_speaker_role }),
      ...(language === undefined ? {} : { language }),
    };
    const { metadata, instructions, evaluate_safety } = rest;
    return toIntakeSession(
      {
        source: "voice",
        text: "",
        hints,
        ...(metadata && { metadata }),
        ...(instructions && { instructions }),
        ...(evaluate_safety !== undefined && { evaluate_safety }),
      },
      (redacted) => ({ kind: "recording", hints: redacted.hints, recording }),
      call,
      context,
      [digest],
    );
  }
}
