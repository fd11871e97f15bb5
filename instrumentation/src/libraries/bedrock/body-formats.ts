import { listOf, member } from "../../json.ts";
import { readMessageRequest } from "../anthropic/begin-message.ts";
import { readMessage } from "../anthropic/message-answer.ts";
import { createMessageStreamReader } from "../anthropic/message-stream.ts";
import { readConverseRequest } from "./begin-converse.ts";
import type { BodyFormat } from "./body-format.ts";
import { chatBody } from "./chat-body.ts";
import { completionBody } from "./completion-body.ts";
import { readConverse } from "./converse-answer.ts";
import { createConverseStreamReader } from "./converse-stream.ts";

/** Anthropic's Messages API, but for the model, which is the command's. */
const anthropicBody: BodyFormat = {
  operation: "chat",
  matches: (body) => "anthropic_version" in body,
  readRequest: readMessageRequest,
  readAnswer: readMessage,
  createStreamReader: createMessageStreamReader,
};

/** Amazon Nova: Converse's own format, known by content blocks without a `type`. */
const novaBody: BodyFormat = {
  operation: "chat",
  matches: ({ messages }) => {
    const blocks = listOf(messages).flatMap((message) => listOf(member(message, "content")));
    return blocks.length > 0 && blocks.every((block) => member(block, "type") === undefined);
  },
  readRequest: readConverseRequest,
  readAnswer: readConverse,
  createStreamReader: createConverseStreamReader,
};

/** The formats of bodies; the first that matches reads. */
export const bodyFormats: readonly BodyFormat[] = [anthropicBody, novaBody, chatBody, completionBody];
