/** A recording, which is transcribed and then judged. */
import type { IncomingMessage } from "node:http";
import { type BodyPace, createBodyPace } from "../../component/body-pace.ts";
import { anyone, type Caller } from "../../component/extension.ts";
import type { Store } from "../../component/store.ts";
import { ApiError } from "../api-error.ts";
import { awaitTranscript } from "../await-transcript.ts";
import { replayHeaders } from "../idempotency.ts";
import { toIntakeSession } from "../new-intake-session.ts";
import { drain } from "../drain.ts";
import { type ReceivedRecording, receiveRecording } from "../receive-recording.ts";
import { type Answer, type ApiContext, type Call, defineRoute } from "../route.ts";
import { createUploadPlaces, type UploadPlaces } from "../upload-places.ts";
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
    if (recordings.isOff) throw refused(upload, speechOff());
    return {
      wait: async (ended) => {
        const { places, pace } = uploadsTo(store);
        const received = await inPlace(places, upload, call.caller, async () =>
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

/** What those share who send recordings to one store. */
interface Uploads {
  readonly places: UploadPlaces;
  readonly pace: BodyPace;
}

const uploads = new WeakMap<Store, Uploads>();

function uploadsTo(store: Store): Uploads {
  const known = uploads.get(store) ?? { places: createUploadPlaces(), pace: createBodyPace() };
  uploads.set(store, known);
  return known;
}

async function inPlace<Result>(
  places: UploadPlaces,
  upload: IncomingMessage,
  caller: Caller,
  receive: () => Promise<Result>,
): Promise<Result> {
  const leave = places.take(senderOf(upload, caller));
  if (leave === undefined) throw refused(upload, tooManyUploads());
  try {
    return await receive();
  } finally {
    leave();
  }
}

/** The account, or the project that the key is of; where nobody is asked, the address. */
function senderOf({ socket }: IncomingMessage, caller: Caller): string {
  if (caller.account !== undefined) return `account ${caller.account.id}`;
  return caller === anyone ? `address ${socket.remoteAddress ?? ""}` : `project ${caller.project}`;
}

const tooManyUploads = () =>
  new ApiError(503, "unavailable", "too many recordings are being received", { "retry-after": "10" });

/** Nobody reads what is being sent. */
function refused(upload: IncomingMessage, error: ApiError): ApiError {
  drain(upload);
  return error;
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
