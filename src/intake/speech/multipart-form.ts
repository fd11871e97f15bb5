import { randomBytes } from "node:crypto";
import type { RecordingToTranscribe } from "./speech-provider.ts";

export interface MultipartForm {
  readonly contentType: string;
  readonly contentLength: number;
  readonly parts: () => AsyncIterable<Uint8Array>;
}

const extensions = new Map([
  ["audio/wav", "wav"],
  ["audio/mpeg", "mp3"],
  ["audio/mp4", "m4a"],
  ["audio/ogg", "ogg"],
  ["audio/flac", "flac"],
  ["audio/webm", "webm"],
  ["audio/aac", "aac"],
  ["audio/amr", "amr"],
]);

/** The form with the recording as its field `file`, without ever holding the recording. Source: RFC 7578. */
export function toMultipartForm(
  fields: readonly (readonly [name: string, value: string])[],
  recording: RecordingToTranscribe,
): MultipartForm {
  const boundary = `turnwise-${randomBytes(16).toString("hex")}`;
  const texts = fields.map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const name = `recording.${extensions.get(recording.mediaType) ?? "bin"}`;
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${recording.mediaType}\r\n\r\n`;
  const before = Buffer.from(texts.join("") + head);
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: before.length + recording.bytes + after.length,
    async *parts() {
      yield before;
      yield* recording.read();
      yield after;
    },
  };
}
