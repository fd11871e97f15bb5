import { describe, expect, it } from "vitest";
import { toMessage, toParts } from "../../../../instrumentation/src/libraries/vercel-ai/prompt-messages.ts";

describe("a prompt's message", () => {
  it.each([
    {
      name: "system",
      message: { role: "system", content: "Be brief." },
      expected: { role: "system", parts: [{ type: "text", content: "Be brief." }] },
    },
    {
      name: "user",
      message: { role: "user", content: [{ type: "text", text: "Hello?" }] },
      expected: { role: "user", parts: [{ type: "text", content: "Hello?" }] },
    },
    {
      name: "assistant with a call, since version 2",
      message: {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm." },
          { type: "tool-call", toolCallId: "a", toolName: "weather", input: { city: "Faro" } },
        ],
      },
      expected: {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Hm." },
          { type: "tool_call", id: "a", name: "weather", arguments: { city: "Faro" } },
        ],
      },
    },
    {
      name: "assistant with a call, version 1",
      message: {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "a", toolName: "weather", args: { city: "Faro" } }],
      },
      expected: {
        role: "assistant",
        parts: [{ type: "tool_call", id: "a", name: "weather", arguments: { city: "Faro" } }],
      },
    },
  ])("is read: $name", ({ message, expected }) => {
    expect(toMessage(message)).toEqual(expected);
  });
});

describe("a tool's result", () => {
  const outputOf = (output: unknown): object => ({ output });
  it.each([
    { part: { result: { sky: "sunny" } }, response: { sky: "sunny" } },
    { part: { result: "no station", isError: true }, response: { error: "no station" } },
    { part: outputOf({ type: "text", value: "sunny" }), response: "sunny" },
    { part: outputOf({ type: "json", value: { sky: "sunny" } }), response: { sky: "sunny" } },
    { part: outputOf({ type: "error-text", value: "no station" }), response: { error: "no station" } },
    { part: outputOf({ type: "error-json", value: { code: 7 } }), response: { error: { code: 7 } } },
    { part: outputOf({ type: "execution-denied", reason: "not today" }), response: { error: "not today" } },
    { part: outputOf({ type: "execution-denied" }), response: { error: "execution denied" } },
    {
      part: outputOf({
        type: "content",
        value: [
          { type: "text", text: "sunny, " },
          { type: "text", text: "warm" },
        ],
      }),
      response: "sunny, warm",
    },
    {
      part: outputOf({ type: "content", value: [{ type: "media", data: "AAAA", mediaType: "image/png" }] }),
      response: [{ type: "provider_item", item_type: "media" }],
    },
  ])("is read: $part", ({ part, response }) => {
    const results = toParts([{ type: "tool-result", toolCallId: "a", toolName: "weather", ...part }]);
    expect(results).toEqual([{ type: "tool_call_response", id: "a", response }]);
  });
});

describe("a file", () => {
  const bytes = new Uint8Array(5);
  it.each([
    {
      part: { type: "image", image: new URL("https://a.example/b.png") },
      expected: { type: "uri", modality: "image", uri: "https://a.example/b.png" },
    },
    {
      part: { type: "image", image: bytes, mimeType: "image/png" },
      expected: { type: "blob", modality: "image", size: 8, mime_type: "image/png" },
    },
    {
      part: { type: "file", data: "QUJD", mediaType: "audio/wav" },
      expected: { type: "blob", modality: "audio", size: 4, mime_type: "audio/wav" },
    },
    {
      part: { type: "file", data: "data:application/pdf;base64,QUJD", mediaType: "application/pdf" },
      expected: { type: "blob", modality: "document", size: 4, mime_type: "application/pdf" },
    },
    {
      part: { type: "file", data: { type: "data", data: bytes }, mediaType: "application/pdf" },
      expected: { type: "blob", modality: "document", size: 8, mime_type: "application/pdf" },
    },
    {
      part: { type: "file", data: { type: "url", url: new URL("https://a.example/b") }, mediaType: "video/mp4" },
      expected: { type: "uri", modality: "video", uri: "https://a.example/b" },
    },
    {
      part: { type: "file", data: { type: "text", text: "all of it" }, mediaType: "text/plain" },
      expected: { type: "text", content: "all of it" },
    },
    {
      part: { type: "file", data: { type: "reference", reference: { openai: "file-1" } }, mediaType: "text/plain" },
      expected: { type: "provider_item", item_type: "document" },
    },
  ])("is recorded without its bytes: $part", ({ part, expected }) => {
    expect(toParts([part])).toEqual([expected]);
  });

  it("that the model names as its source is recorded as that", () => {
    expect(JSON.stringify(toParts([{ type: "source", id: "s", url: "https://a.example" }]))).toBe(
      '[{"type":"provider_item","item_type":"source","id":"s"}]',
    );
  });
});

it.each([undefined, null, 7, [null, 7, "text"], { role: 7 }])("does not stumble over %j", (content) => {
  expect(() => toMessage(content)).not.toThrow();
  expect(() => toParts(content)).not.toThrow();
});
