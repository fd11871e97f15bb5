/** A conversation that is judged while it goes on. */
import { ConflictError } from "./errors.ts";
import { followJudgements, type JudgementEvent } from "./follow-judgements.ts";
import { tracePath } from "./trace-path.ts";
import { type RequestOptions, type SubmitOptions, submitTo, type Transport } from "./transport.ts";
import type { ChatMessage, SubmitResult } from "./types.ts";

export interface StreamingSession {
  readonly id: string;
  /** In this order, after what was appended before. Throws a ConflictError after `close`. */
  append(messages: readonly ChatMessage[], options?: SubmitOptions): Promise<SubmitResult>;
  /** Nothing more will come: judge the whole. Once is enough, twice does no harm. */
  close(options?: RequestOptions): Promise<void>;
  /** Each judgement as it is made; ends when the closed session is judged. */
  events(options?: RequestOptions): AsyncGenerator<JudgementEvent, void>;
}

export function createStreamingSession(transport: Transport, id: string): StreamingSession {
  let closing: Promise<unknown> | undefined;
  let lastAppend: Promise<unknown> = Promise.resolve();

  async function append(messages: readonly ChatMessage[], options?: SubmitOptions): Promise<SubmitResult> {
    if (closing !== undefined) throw new ConflictError("the session is closed", { code: "session_closed" });
    // One after the other: two requests at the same time may arrive in either order.
    const before = lastAppend.catch(() => undefined);
    const sent = before.then(async () =>
      submitTo<SubmitResult>(transport, `${tracePath(id)}/messages`, { messages }, options),
    );
    lastAppend = sent;
    return sent;
  }

  async function sendClose(options?: RequestOptions): Promise<void> {
    await lastAppend.catch(() => undefined);
    await transport.send({ method: "POST", path: `${tracePath(id)}/close`, isRepeatable: true }, options);
  }

  return {
    id,
    append,
    async close(options) {
      closing ??= sendClose(options);
      await closing;
    },
    events: (options) => followJudgements(transport, id, options),
  };
}
