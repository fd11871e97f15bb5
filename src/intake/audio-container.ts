/** What a recording is, by its first bytes: what a sender says of its type says nothing. */

/** So many bytes are enough. */
export const AUDIO_HEAD_BYTES = 16;

const at = (head: Uint8Array, offset: number, text: string): boolean =>
  Buffer.from(head.subarray(offset, offset + text.length)).toString("latin1") === text;

/** Ids in the order in which they are looked for; a video file has a sound track as well. Sources: the formats' specifications. */
const containers: readonly (readonly [mediaType: string, matches: (head: Uint8Array) => boolean])[] = [
  ["audio/wav", (head) => (at(head, 0, "RIFF") || at(head, 0, "RF64")) && at(head, 8, "WAVE")],
  ["audio/ogg", (head) => at(head, 0, "OggS")],
  ["audio/flac", (head) => at(head, 0, "fLaC")],
  ["audio/mp4", (head) => at(head, 4, "ftyp")],
  ["audio/webm", (head) => at(head, 0, "\x1aE\xdf\xa3")],
  ["audio/amr", (head) => at(head, 0, "#!AMR")],
  ["audio/aiff", (head) => at(head, 0, "FORM") && (at(head, 8, "AIFF") || at(head, 8, "AIFC"))],
  ["audio/basic", (head) => at(head, 0, ".snd")],
  ["audio/x-caf", (head) => at(head, 0, "caff")],
  ["audio/x-ms-wma", (head) => at(head, 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11")],
  ["audio/mpeg", (head) => at(head, 0, "ID3")],
  ["audio/aac", (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0],
  ["audio/aac", (head) => at(head, 0, "ADIF")],
  ["audio/mpeg", isMpegFrame],
];

/** The media type; undefined when this is no sound that is known. */
export function readAudioContainer(head: Uint8Array): string | undefined {
  return containers.find(([, matches]) => matches(head))?.[0];
}

/** Eleven bits of synchronisation, then version, layer (III or II), rate and frequency, of which some values mean nothing. */
function isMpegFrame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  return (
    first === 0xff &&
    second >= 0xe0 &&
    version !== 1 &&
    (layer === 1 || layer === 2) &&
    third >> 4 !== 15 &&
    ((third >> 2) & 3) !== 3
  );
}
