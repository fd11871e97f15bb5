import { expect, it } from "vitest";
import { toParts } from "../../../../instrumentation/src/libraries/google-genai/content-parts.ts";
import { toMessages } from "../../../../instrumentation/src/libraries/google-genai/contents.ts";
import { toToolDefinitions } from "../../../../instrumentation/src/libraries/google-genai/tool-definitions.ts";

const text = (content: string): object => ({ type: "text", content });
const user = (...parts: object[]): object => ({ role: "user", parts });
const image = { inlineData: { mimeType: "image/png", data: "AAAA" } };

it.each([
  { name: "a text", contents: "hi", messages: [user(text("hi"))] },
  { name: "a part", contents: { text: "hi" }, messages: [user(text("hi"))] },
  {
    name: "a list of texts and parts, which is one content",
    contents: ["look", image],
    messages: [user(text("look"), { type: "blob", modality: "image", mime_type: "image/png", size: 4 })],
  },
  { name: "a content", contents: { parts: [{ text: "hi" }] }, messages: [user(text("hi"))] },
  {
    name: "a list of contents",
    contents: [
      { role: "user", parts: [{ text: "hi" }] },
      { role: "model", parts: [{ text: "hello" }] },
    ],
    messages: [user(text("hi")), { role: "assistant", parts: [text("hello")] }],
  },
  {
    name: "results of functions, before what the user says with them",
    contents: [
      {
        role: "user",
        parts: [
          { functionResponse: { name: "a", response: { output: [1, 2] } } },
          { text: "go on" },
          { functionResponse: { id: "2", name: "b", response: { error: "out of order" } } },
        ],
      },
    ],
    messages: [
      {
        role: "tool",
        parts: [
          { type: "tool_call_response", response: [1, 2] },
          { type: "tool_call_response", id: "2", response: { error: "out of order" } },
        ],
      },
      user(text("go on")),
    ],
  },
  { name: "nonsense", contents: 42, messages: [user()] },
  { name: "nothing", contents: undefined, messages: [user()] },
])("reads $name", ({ contents, messages }) => {
  expect(toMessages(contents)).toEqual(messages);
});

it.each([
  { name: "a thought", part: { text: "hm", thought: true }, read: [{ type: "reasoning", content: "hm" }] },
  { name: "an empty text with a signature", part: { text: "", thoughtSignature: "AA" }, read: [] },
  {
    name: "a function call",
    part: { functionCall: { id: "1", name: "a", args: { x: 1 } }, thoughtSignature: "AA" },
    read: [{ type: "tool_call", id: "1", name: "a", arguments: { x: 1 } }],
  },
  {
    name: "a function call without arguments",
    part: { functionCall: { name: "a" } },
    read: [{ type: "tool_call", name: "a", arguments: {} }],
  },
  {
    name: "a result that is more than its output",
    part: { functionResponse: { name: "a", response: { output: 1, unit: "m" } } },
    read: [{ type: "tool_call_response", response: { output: 1, unit: "m" } }],
  },
  {
    name: "a file",
    part: { fileData: { fileUri: "gs://b/a.mp4", mimeType: "video/mp4" } },
    read: [{ type: "uri", modality: "video", uri: "gs://b/a.mp4" }],
  },
  {
    name: "a document",
    part: { inlineData: { mimeType: "application/pdf", data: "AAAAAA" } },
    read: [{ type: "blob", modality: "document", mime_type: "application/pdf", size: 6 }],
  },
  {
    name: "code that the API ran",
    part: { executableCode: { id: "c1", code: "print(1)", language: "PYTHON" } },
    read: [
      {
        type: "server_tool_call",
        id: "c1",
        name: "code_execution",
        server_tool_call: { type: "code_execution", code: "print(1)", language: "PYTHON" },
      },
    ],
  },
  { name: "nonsense", part: { text: 1 }, read: [] },
  { name: "nothing", part: null, read: [] },
])("reads $name", ({ part, read }) => {
  expect(toParts({ parts: [part] })).toEqual(read);
});

it("writes functions as the conventions do, and names the API's own tools", () => {
  const schema = { type: "object" };
  const tools = [
    { functionDeclarations: [{ name: "a", description: "d", parametersJsonSchema: schema }, { name: "b" }] },
    { googleSearch: {} },
    undefined,
  ];
  expect(JSON.parse(JSON.stringify(toToolDefinitions(tools)))).toEqual([
    { type: "function", name: "a", description: "d", parameters: schema },
    { type: "function", name: "b" },
    { type: "googleSearch" },
  ]);
});
