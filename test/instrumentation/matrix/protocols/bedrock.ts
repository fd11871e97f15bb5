import type { Answer } from "../scenarios.ts";
import { eventsOf, messageOf } from "./anthropic.ts";
import { frame } from "./event-stream-frame.ts";
import { type Protocol, type ProviderRequest, sendJson, sendPieces } from "./protocol.ts";

/** AWS Bedrock's runtime: Converse, and InvokeModel with Anthropic's bodies. Streams are binary, a frame for each event. */
export const bedrock: Protocol = {
  matches: (path) => path.startsWith("/model/"),
  answer(request, answer, response) {
    const operation = request.path.split("/").at(-1);
    if (answer.error !== undefined) {
      response.setHeader("x-amzn-errortype", answer.error === 429 ? "ThrottlingException" : "InternalServerException");
      sendJson(response, answer.error, { message: `scripted ${answer.error}` });
    } else if (operation === "converse") sendJson(response, 200, converseOutput(answer));
    else if (operation === "invoke") sendJson(response, 200, anthropicMessage(request, answer));
    else {
      const frames = operation === "converse-stream" ? converseFrames(answer) : invocationFrames(request, answer);
      sendPieces(response, "application/vnd.amazon.eventstream", frames, answer.hang === true);
    }
  },
};

const anthropicMessage = (request: ProviderRequest, answer: Answer): ReturnType<typeof messageOf> =>
  messageOf(request.number, "scripted", answer);

/** Anthropic's events in base64, and AWS's own count at the end. */
function invocationFrames(request: ProviderRequest, answer: Answer): readonly Uint8Array[] {
  const events = eventsOf(anthropicMessage(request, answer));
  return events.map((event, index) => {
    const metrics = { "amazon-bedrock-invocationMetrics": { inputTokenCount: 10, outputTokenCount: 5 } };
    const chunk = JSON.stringify(index === events.length - 1 ? { ...event, ...metrics } : event);
    return frame("chunk", { bytes: Buffer.from(chunk).toString("base64") });
  });
}

const usage = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 19,
  cacheReadInputTokens: 4,
  cacheWriteInputTokens: 0,
} as const;

type Block =
  | { readonly text: string }
  | { readonly toolUse: { toolUseId: string; readonly name: string; readonly input: object } };

function blocksOf({ text, calls = [] }: Answer): readonly Block[] {
  return [
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map(({ id, name, arguments: input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
}

const stopReasonOf = ({ calls = [] }: Answer): string => (calls.length > 0 ? "tool_use" : "end_turn");

function converseOutput(answer: Answer): object {
  const message = { role: "assistant", content: blocksOf(answer) };
  return { output: { message }, stopReason: stopReasonOf(answer), usage, metrics: { latencyMs: 7 } };
}

function converseFrames(answer: Answer): readonly Uint8Array[] {
  return [
    frame("messageStart", { role: "assistant" }),
    ...blocksOf(answer).flatMap((block, contentBlockIndex) => [
      ...startsOf(block).map((start) => frame("contentBlockStart", { start, contentBlockIndex })),
      ...deltasOf(block).map((delta) => frame("contentBlockDelta", { delta, contentBlockIndex })),
      frame("contentBlockStop", { contentBlockIndex }),
    ]),
    frame("messageStop", { stopReason: stopReasonOf(answer) }),
    frame("metadata", { usage, metrics: { latencyMs: 7 } }),
  ];
}

function startsOf(block: Block): readonly object[] {
  if ("text" in block) return [];
  const { toolUseId, name } = block.toolUse;
  return [{ toolUse: { toolUseId, name } }];
}

function deltasOf(block: Block): readonly object[] {
  if ("text" in block) return (block.text.match(/\S+\s*/g) ?? []).map((text) => ({ text }));
  const json = JSON.stringify(block.toolUse.input);
  return [json.slice(0, 3), json.slice(3)].map((input) => ({ toolUse: { input } }));
}
