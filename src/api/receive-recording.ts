/** Reads a form with a recording as it comes: the fields in any order, the recording's bytes straight into the store. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import type { BodyPace, WatchedBody } from "../component/body-pace.ts";
import type { Intakes, Recording } from "../component/intake.ts";
import { AUDIO_HEAD_BYTES, readAudioContainer } from "../intake/audio-container.ts";
import { ApiError } from "./api-error.ts";
import { drain } from "./drain.ts";
import { tooSlow } from "./read-json.ts";

export interface ReceivedRecording {
  readonly recording: Recording;
  /** SHA-256 (hex) of its bytes. */
  readonly digest: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface ReceivingOptions {
  readonly intakes: Intakes;
  readonly maxBytes: number;
  readonly pace: BodyPace;
}

const longestField = 1024 * 1024;
/** What a form's fields and boundaries may take beside the recording. */
const formBytes = 4 * 1024 * 1024;
const mostFields = 20;
/** What one recording has in memory while it is received. */
const pieceBytes = 1024 * 1024;

/** Rejects with ApiError; nothing of the recording is kept then. */
export async function receiveRecording(
  request: IncomingMessage,
  options: ReceivingOptions,
): Promise<ReceivedRecording> {
  if (Number(request.headers["content-length"] ?? 0) > options.maxBytes + formBytes) {
    drain(request);
    throw tooLarge(options.maxBytes);
  }
  try {
    return await readForm(request, options);
  } catch (error) {
    drain(request);
    throw error;
  }
}

type Stored = Pick<ReceivedRecording, "recording" | "digest">;

async function readForm(
  request: IncomingMessage,
  { intakes, maxBytes, pace }: ReceivingOptions,
): Promise<ReceivedRecording> {
  const form = openForm(request);
  const fields = new Map<string, string>();
  let storing: Promise<Stored> | undefined;
  let stream: BusboyFileStream | undefined;
  let watched: WatchedBody | undefined;
  const read = new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      stream?.destroy(error);
      reject(error);
    };
    form.on("file", (_name, file) => {
      // Whoever reads it hears of it; without a listener it would end the process.
      file.on("error", () => undefined);
      if (storing !== undefined) return fail(wrongField("file", "is given more than once"));
      stream = file;
      storing = store(file, intakes, maxBytes);
      storing.catch(fail);
    });
    form.on("field", (name, value, _isNameCut, isCut) => {
      if (isCut) fail(wrongField(name, `must not be longer than ${longestField} bytes`));
      else if (fields.has(name)) fail(wrongField(name, "is given more than once"));
      else fields.set(name, value);
    });
    form.on("fieldsLimit", () => fail(new ApiError(400, "invalid_request", "the form has too many fields")));
    form.on("partsLimit", () => fail(new ApiError(400, "invalid_request", "the form has too many parts")));
    form.on("error", () => fail(endedEarly()));
    form.on("finish", () => resolve());
    request.on("error", () => fail(endedEarly()));
    request.on("aborted", () => fail(endedEarly()));
    watched = pace.watch({ held: { bytes: () => heldBy(request) }, withinMs: 0, onSlow: () => fail(tooSlow()) });
    request.pipe(form);
    request.on("data", (piece: Uint8Array) => watched?.arrived(piece.length));
  });
  try {
    await read;
    if (storing === undefined) throw wrongField("file", "is missing");
    return { ...(await storing), fields: Object.fromEntries(fields) };
  } catch (error) {
    await forget(storing, intakes);
    throw error;
  } finally {
    request.unpipe(form);
    watched?.end();
  }
}

/** Nothing while the store is what it waits for: then it is not the sender who is slow. */
const heldBy = (request: IncomingMessage): number => (request.isPaused() ? 0 : pieceBytes);

function openForm(request: IncomingMessage): BusboyInstance {
  const { "content-type": type = "" } = request.headers;
  if (!/^multipart\/form-data(?:;|$)/i.test(type))
    throw new ApiError(415, "unsupported_media_type", "send the recording as multipart/form-data, in the field file");
  try {
    return new Busboy({
      headers: { ...request.headers, "content-type": type },
      // By its name alone: what a part says of its type says nothing.
      isPartAFile: (name) => name === "file",
      limits: {
        fieldSize: longestField,
        fields: mostFields,
        parts: mostFields + 2,
        fieldNameSize: 100,
        headerPairs: 50,
      },
    });
  } catch {
    throw new ApiError(400, "invalid_request", "the content type of the form names no boundary");
  }
}

async function store(file: BusboyFileStream, intakes: Intakes, maxBytes: number): Promise<Stored> {
  const hash = createHash("sha256");
  let head = Buffer.alloc(0);
  let bytes = 0;

  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(file)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      if (head.length < AUDIO_HEAD_BYTES) {
        head = Buffer.concat([head, chunk.subarray(0, AUDIO_HEAD_BYTES)]);
        if (head.length >= AUDIO_HEAD_BYTES) requireAudio(head);
      }
      hash.update(chunk);
      yield chunk;
    }
    if (bytes === 0) throw new ApiError(422, "empty_recording", "the recording is empty");
    requireAudio(head);
  }

  const stored = await intakes.writeRecording(checked());
  return { recording: { ...stored, mediaType: requireAudio(head) }, digest: hash.digest("hex") };
}

async function* chunksOf(file: BusboyFileStream): AsyncGenerator<Buffer> {
  try {
    yield* file as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof ApiError ? error : endedEarly();
  }
}

function requireAudio(head: Uint8Array): string {
  const mediaType = readAudioContainer(head);
  if (mediaType !== undefined) return mediaType;
  const known = "WAV, MP3, MP4 or M4A, OGG, FLAC, WebM, AAC, AMR, AIFF";
  throw new ApiError(422, "not_audio", `the file is no recording in a container that is known: ${known}`);
}

/** The rest of the form was refused: what was stored of the recording goes. */
async function forget(storing: Promise<Stored> | undefined, intakes: Intakes): Promise<void> {
  const stored = await storing?.catch(() => undefined);
  if (stored !== undefined) await intakes.dropRecording(stored.recording.id);
}

const tooLarge = (maxBytes: number) =>
  new ApiError(
    413,
    "recording_too_large",
    `a recording may have ${Math.floor(maxBytes / 1024 / 1024)} MiB (service::sessions::transcripts::max_recording_mb)`,
  );
const endedEarly = () => new ApiError(400, "invalid_request", "the form ended early, or is none");
const wrongField = (name: string, what: string) =>
  new ApiError(400, "invalid_request", `${JSON.stringify(name.slice(0, 100))}: ${what}`);
