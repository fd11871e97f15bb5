/** How rules put their findings together. */
import type { Evidence } from "../../model/judgement.ts";
import type { JsonValue } from "../../model/session.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { toJsonText } from "./reading/json-leaves.ts";
import type { CallReading, TurnReading } from "./reading/session-reading.ts";

/** Long enough to recognise the place, short enough for a list. */
const quoteLength = 160;

export const textOf = (value: JsonValue | undefined): string =>
  value === undefined ? "" : typeof value === "string" ? value : toJsonText(value);

/** Evidence in a tool call: its span, the message that asked, and words of it. */
export function callEvidence({ call }: CallReading, quote: string): Evidence {
  return {
    quote: excerptOf(quote, quoteLength),
    ...(call.spanId !== undefined && { spanId: call.spanId }),
    ...(call.messageIndex !== undefined && { messageIndex: call.messageIndex }),
  };
}

/** Evidence in the reply, or, when there is none, in the turn's last model call or user message. */
export function replyEvidence({ turn, modelCalls }: TurnReading, quote: string): Evidence {
  const last = modelCalls.at(-1);
  const messageIndex = turn.replyMessageIndex ?? last?.messageIndex ?? turn.messageIndex;
  return {
    quote: excerptOf(quote, quoteLength),
    ...(last?.spanId !== undefined && { spanId: last.spanId }),
    ...(messageIndex !== undefined && { messageIndex }),
  };
}

/** `name(arguments)`, shortened. */
export const callText = ({ call }: CallReading): string =>
  excerptOf(`${call.name}(${textOf(call.arguments)})`, quoteLength);
