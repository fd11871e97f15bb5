import { describe, expect, it } from "vitest";
import { describeMedia, hasInlineMedia, readMedia } from "../../src/dialects/media-part.ts";
import type { JsonObject } from "../../src/dialects/lenient-json.ts";

const bytes = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk";
const dataUrl = `data:image/png;base64,${bytes}`;

const shapes: readonly (readonly [shape: string, part: JsonObject, description: string])[] = [
  ["GenAI blob", { type: "blob", modality: "image", mime_type: "image/png", content: bytes }, "[image: image/png]"],
  [
    "GenAI uri",
    { type: "uri", modality: "video", mime_type: "video/mp4", uri: "gs://shop/clip.mp4" },
    "[video: video/mp4, gs://shop/clip.mp4]",
  ],
  [
    "GenAI file",
    { type: "file", modality: "audio", mime_type: "audio/wav", file_id: "f-1" },
    "[audio: audio/wav, f-1]",
  ],
  ["OpenAI image", { type: "image_url", image_url: { url: dataUrl, detail: "high" } }, "[image: image/png]"],
  [
    "OpenAI image by address, without what signs it",
    { type: "image_url", image_url: { url: "https://shop.example/a.png?token=secret#x" } },
    "[image: https://shop.example/a.png]",
  ],
  ["OpenAI audio", { type: "input_audio", input_audio: { data: bytes, format: "wav" } }, "[audio: wav]"],
  ["OpenAI file", { type: "file", file: { filename: "a.pdf", file_data: bytes } }, "[file: a.pdf]"],
  ["Responses image", { type: "input_image", image_url: dataUrl }, "[image: image/png]"],
  ["Responses image by id", { type: "input_image", file_id: "file-1" }, "[image: file-1]"],
  ["Responses file", { type: "input_file", filename: "a.pdf", file_data: bytes }, "[file: a.pdf]"],
  [
    "Anthropic image",
    { type: "image", source: { type: "base64", media_type: "image/jpeg", data: bytes } },
    "[image: image/jpeg]",
  ],
  [
    "Anthropic document",
    { type: "document", title: "Terms", source: { type: "url", url: "https://shop.example/terms.pdf" } },
    "[document: Terms, https://shop.example/terms.pdf]",
  ],
  ["AI SDK image", { type: "image", image: bytes, mediaType: "image/png" }, "[image: image/png]"],
  [
    "AI SDK 4 file",
    { type: "file", data: bytes, mimeType: "application/pdf", filename: "a.pdf" },
    "[file: a.pdf, application/pdf]",
  ],
  ["AI SDK 6 in a result", { type: "image-data", data: bytes, mediaType: "image/png" }, "[image: image/png]"],
  ["Bedrock", { image: { format: "png", source: { bytes } } }, "[image: png]"],
  ["Bedrock document", { document: { format: "pdf", name: "Terms", source: { bytes } } }, "[document: Terms, pdf]"],
  ["Gemini", { inlineData: { mimeType: "audio/mpeg", data: bytes } }, "[audio: audio/mpeg]"],
  [
    "Gemini, written by Python",
    { file_data: { mime_type: "application/pdf", file_uri: "gs://shop/a.pdf" } },
    "[file: application/pdf, gs://shop/a.pdf]",
  ],
  ["Genkit", { media: { contentType: "image/png", url: dataUrl } }, "[image: image/png]"],
  ["LangChain", { type: "image", source_type: "base64", mime_type: "image/png", data: bytes }, "[image: image/png]"],
  ["Pydantic AI", { type: "binary", media_type: "image/png", content: bytes }, "[image: image/png]"],
  ["Pydantic AI by address", { type: "audio-url", url: "https://a.example/a.mp3" }, "[audio: https://a.example/a.mp3]"],
  ["MCP", { type: "audio", data: bytes, mimeType: "audio/wav" }, "[audio: audio/wav]"],
  [
    "MCP resource",
    { type: "resource", resource: { uri: "file:///a.bin", mimeType: "application/zip", blob: bytes } },
    "[file: application/zip, file:///a.bin]",
  ],
  ["OpenInference", { type: "image", image: { image: { url: dataUrl } } }, "[image: image/png]"],
  ["nothing is known of it", { type: "video" }, "[video]"],
];

describe("media", () => {
  it.each(shapes)("are described: %s", (_shape, part, description) => {
    const media = readMedia(part);
    expect(media === undefined ? undefined : describeMedia(media)).toBe(description);
    expect(JSON.stringify(media)).not.toContain(bytes.slice(0, 20));
  });

  it.each<[shape: string, part: JsonObject, size: number | undefined]>([
    ["base64", { type: "image", source: { type: "base64", data: bytes } }, 45],
    ["base64 with its padding", { type: "file", data: "QUJDREVGR0hJSktMTQ==" }, 13],
    ["a data URL", { type: "image_url", image_url: { url: dataUrl } }, 45],
    [
      "what our instrumentation counted",
      { type: "blob", modality: "image", mime_type: "image/png", size: 160_000 },
      120_000,
    ],
    ["an address", { type: "image_url", image_url: { url: "https://a.example/a.png" } }, undefined],
    ["nothing", { type: "image" }, undefined],
  ])("are as large as their bytes: %s", (_shape, part, size) => {
    expect(readMedia(part)?.bytes).toBe(size);
  });

  it("are of few kinds, whatever a library calls them", () => {
    expect(readMedia({ type: "blob", modality: "hologram\u001b[2J", data: bytes })?.kind).toBe("file");
    expect(readMedia({ type: "blob", mime_type: "video/mp4", data: bytes })?.kind).toBe("video");
  });

  it("are described in few words", () => {
    const part = { type: "file", filename: "x".repeat(5000), url: `https://a.example/${"y".repeat(5000)}` };
    const media = readMedia(part);
    expect(media === undefined ? "" : describeMedia(media)).toMatch(/^.{400,500}$/);
  });

  it.each<JsonObject>([{ type: "text", text: "hi" }, { type: "images_generated" }, { image: "cat" }, {}])(
    "%j is none",
    (part) => {
      expect(readMedia(part)).toBeUndefined();
    },
  );

  it("carry their bytes or only point at them", () => {
    expect(hasInlineMedia({ type: "image", data: bytes })).toBe(true);
    expect(hasInlineMedia({ type: "image_url", image_url: { url: dataUrl } })).toBe(true);
    expect(hasInlineMedia({ type: "image_url", image_url: { url: "https://a.example/a.png" } })).toBe(false);
    expect(hasInlineMedia({ type: "file", name: "a.txt" })).toBe(false);
    expect(hasInlineMedia("image")).toBe(false);
  });
});
