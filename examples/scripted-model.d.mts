/** One request that the scripted model received. `number` counts from 1; `body` is the parsed JSON (null when there was none). */
export interface ScriptedRequest {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A tool call in chat completions form; `arguments` may be given as an object and is then sent as JSON. */
export interface ScriptedToolCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: string | object;
}

export interface ScriptedMessage {
  readonly content?: string | null;
  readonly tool_calls?: readonly ScriptedToolCall[];
  readonly refusal?: string | null;
}

/** Token counts in chat completions form; the Responses API gets them under its own names. */
export interface ScriptedUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
}

/**
 * What to answer. `message` is put in the shape the request asked for (chat completions or Responses API, JSON or SSE);
 * `body` is sent as it is: an object as JSON, a string raw.
 */
export interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  readonly message?: ScriptedMessage;
  readonly usage?: ScriptedUsage;
  readonly finishReason?: string;
  /** Wait this long before the first byte. */
  readonly delayMs?: number;
  /** Never finishes: without a `message` nothing is sent, with a streamed `message` the first half of its events. */
  readonly hang?: true;
  /** Like `hang`, but the socket is destroyed. */
  readonly drop?: true;
}

export interface ScriptedModel {
  /** Base URL for an OpenAI client, e.g. `http://127.0.0.1:40123/v1`. */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly ScriptedRequest[];
  /** Stops listening and destroys open connections. */
  close(): Promise<void>;
}

/** Starts an OpenAI-compatible server on a free loopback port that answers what `reply` says. A `reply` that throws is answered with 500. */
export function startScriptedModel(
  reply: (request: ScriptedRequest) => ScriptedReply | Promise<ScriptedReply>,
): Promise<ScriptedModel>;
