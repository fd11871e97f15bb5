import { describe, expect, it } from "vitest";
import { textIn, toParts } from "../../../../instrumentation/src/libraries/langchain/content-parts.ts";

const image = "aGVsbG8=";
const blob = { type: "blob", modality: "image", size: image.length, mime_type: "image/png" };
const linked = { type: "uri", modality: "image", uri: "https://example.org/a.png" };

describe("the parts of a content", () => {
  it.each([
    { name: "a string", content: "hi", expected: [{ type: "text", content: "hi" }] },
    { name: "an empty string", content: "", expected: [] },
    { name: "a string among blocks", content: ["hi"], expected: [{ type: "text", content: "hi" }] },
    { name: "text", content: [{ type: "text", text: "hi" }], expected: [{ type: "text", content: "hi" }] },
    {
      name: "LangChain's reasoning",
      content: [{ type: "reasoning", reasoning: "so" }],
      expected: [{ type: "reasoning", content: "so" }],
    },
    {
      name: "OpenAI's reasoning",
      content: [{ type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "so" }] }],
      expected: [{ type: "reasoning", content: "so" }],
    },
    {
      name: "Anthropic's thinking",
      content: [{ type: "thinking", thinking: "so", signature: "x" }],
      expected: [{ type: "reasoning", content: "so" }],
    },
    {
      name: "Bedrock's reasoning",
      content: [{ type: "reasoning_content", reasoningText: { text: "so" } }],
      expected: [{ type: "reasoning", content: "so" }],
    },
    { name: "reasoning that is not shown", content: [{ type: "reasoning" }], expected: [] },
    { name: "OpenAI's image", content: [{ type: "image_url", image_url: { url: linked.uri } }], expected: [linked] },
    { name: "its short form", content: [{ type: "image_url", image_url: linked.uri }], expected: [linked] },
    {
      name: "an image in a data URL",
      content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${image}` } }],
      expected: [blob],
    },
    {
      name: "LangChain's image, first version",
      content: [{ type: "image", source_type: "base64", mime_type: "image/png", data: image }],
      expected: [blob],
    },
    {
      name: "LangChain's image",
      content: [{ type: "image", mimeType: "image/png", data: image }],
      expected: [blob],
    },
    { name: "LangChain's linked image", content: [{ type: "image", url: linked.uri }], expected: [linked] },
    {
      name: "Anthropic's image",
      content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: image } }],
      expected: [blob],
    },
    {
      name: "OpenAI's audio",
      content: [{ type: "input_audio", input_audio: { data: image, format: "wav" } }],
      expected: [{ type: "blob", modality: "audio", size: image.length }],
    },
    {
      name: "an image without either",
      content: [{ type: "image" }],
      expected: [{ type: "provider_item", item_type: "image" }],
    },
    {
      name: "what only the provider knows",
      content: [{ type: "compaction", id: "c_1" }],
      expected: [{ type: "provider_item", item_type: "compaction", id: "c_1" }],
    },
    { name: "no content", content: undefined, expected: [] },
  ])("$name", ({ content, expected }) => {
    expect(toParts(content)).toEqual(expected);
  });

  it("are no text when there is more than text", () => {
    const content = [
      { type: "text", text: "see" },
      { type: "image", url: linked.uri },
    ];
    expect(textIn(content)).toEqual([{ type: "text", content: "see" }, linked]);
  });
});
