import type { ScriptedMessage, ScriptedUsage } from "./scripted-model.d.mts";

/** A request as far as the shapes repeat it; `number` goes into the ids. */
export interface ShapedRequest {
  readonly number: number;
  readonly body: unknown;
}

export interface ShapedReply {
  readonly message: ScriptedMessage;
  readonly usage?: ScriptedUsage | undefined;
  readonly finishReason?: string | undefined;
}

/** A `chat.completion` object. */
export function chatCompletion(request: ShapedRequest, reply: ShapedReply): object;
/** The same as `chat.completion.chunk` objects, and the closing `[DONE]`. */
export function chatChunks(request: ShapedRequest, reply: ShapedReply): readonly (object | "[DONE]")[];
/** A finished `response` object of the Responses API. */
export function responseObject(request: ShapedRequest, reply: ShapedReply): object;
/** The same as Responses API stream events. */
export function responseEvents(request: ShapedRequest, reply: ShapedReply): readonly { readonly type: string }[];
