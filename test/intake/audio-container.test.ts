import { describe, expect, it } from "vitest";
import { readAudioContainer } from "../../src/intake/audio-container.ts";
import { wav } from "./speech-server.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("readAudioContainer", () => {
  it.each<[string, Uint8Array, string | undefined]>([
    ["WAV", wav(), "audio/wav"],
    ["MP3 with a tag", bytes("ID3\x04\0\0\0\0\0\0"), "audio/mpeg"],
    ["MP3", bytes("\xff\xfb\x90\x64\0\0"), "audio/mpeg"],
    ["M4A", bytes("\0\0\0\x20ftypM4A \0\0"), "audio/mp4"],
    ["OGG", bytes("OggS\0\x02"), "audio/ogg"],
    ["FLAC", bytes("fLaC\0\0"), "audio/flac"],
    ["WebM", bytes("\x1aE\xdf\xa3\x01"), "audio/webm"],
    ["AAC", bytes("\xff\xf1\x50\x80"), "audio/aac"],
    ["AMR", bytes("#!AMR\n"), "audio/amr"],
    ["AIFF", bytes("FORM\0\0\0\0AIFF"), "audio/aiff"],
    ["a RIFF that is an image", bytes("RIFF\0\0\0\0WEBP"), undefined],
    ["PNG", bytes("\x89PNG\r\n\x1a\n"), undefined],
    ["PDF", bytes("%PDF-1.7"), undefined],
    ["text", bytes("hello there"), undefined],
    ["text in UTF-16", bytes("\xff\xfeh\0i\0"), undefined],
    ["nothing", bytes(""), undefined],
  ])("knows %s", (_name, head, mediaType) => {
    expect(readAudioContainer(head)).toBe(mediaType);
  });
});
