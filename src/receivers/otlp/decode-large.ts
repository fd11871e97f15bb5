/** The thread that decodes large bodies: started for the first of them, anew when it has died. */
import { Worker } from "node:worker_threads";
import type { Logger } from "../../component/component.ts";
import { PermanentError, UnavailableError } from "../../model/errors.ts";
import type { SentBody } from "./decode-body.ts";
import type { DecodeAnswer, DecodeCommand } from "./decode-messages.ts";
import type { DecodedRequest } from "./decode-request.ts";
import { malformed, RequestRefusal } from "./request-refusal.ts";

/**
 * What JSON of the largest body is as text, as values and as records, all at once, is less. More ends the thread, which
 * is what such a body may cost; without a limit it would end the process.
 */
const HEAP_MIB = 1024;

/** Its heap has grown to what it decoded. A thread that has nothing to do gives it back, and takes 50 ms to be started. */
const IDLE_MS = 5000;

export interface DecodeThreadOptions {
  readonly heapMib?: number;
  readonly idleMs?: number;
  /** A body that takes longer is refused, and the thread ended with it; without it, however long it takes. */
  readonly answerWithinMs?: number;
}

export interface DecodeThread {
  readonly decode: (sent: SentBody) => Promise<DecodedRequest>;
  readonly shutdown: () => Promise<void>;
}

interface Pending {
  resolve(decoded: DecodedRequest): void;
  reject(error: Error): void;
}

interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

export function createDecodeThread(
  logger: Logger,
  { heapMib = HEAP_MIB, idleMs = IDLE_MS, answerWithinMs }: DecodeThreadOptions = {},
): DecodeThread {
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;
  let late: NodeJS.Timeout | undefined;
  let lastId = 0;
  let isStopped = false;

  function start(): Running {
    const worker = new Worker(new URL("./decode-thread.js", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    });
    const started: Running = { worker, pending: new Map() };
    worker.on("message", (answer: DecodeAnswer) => settle(started, answer));
    worker.on("error", (error) => logger.error({ err: error }, "the thread that decodes large bodies died"));
    worker.on("exit", () => end(started));
    worker.unref();
    return started;
  }

  function settle({ pending }: Running, { id, outcome }: DecodeAnswer): void {
    const call = pending.get(id);
    pending.delete(id);
    clearTimeout(late);
    if (pending.size > 0) expectAnswer();
    if (pending.size === 0) idle = setTimeout(() => void stop(), idleMs).unref();
    if ("decoded" in outcome) call?.resolve(outcome.decoded);
    else call?.reject(toError(outcome));
  }

  function expectAnswer(): void {
    if (answerWithinMs !== undefined) late = setTimeout(giveUp, answerWithinMs).unref();
  }

  /** The body that the thread is at is the first of those that wait. */
  function giveUp(): void {
    const [call] = running?.pending.values() ?? [];
    call?.reject(malformed("The body takes too long to decompress."));
    void stop();
  }

  /** The thread has ended, asked or not: what it had in hand is to be sent again. */
  function end(ended: Running): void {
    if (running === ended) running = undefined;
    for (const call of ended.pending.values()) call.reject(new UnavailableError("The body could not be decoded now."));
    ended.pending.clear();
  }

  async function stop(): Promise<void> {
    const stopping = running;
    running = undefined;
    clearTimeout(idle);
    clearTimeout(late);
    await stopping?.worker.terminate();
  }

  return {
    decode: (sent) =>
      new Promise((resolve, reject) => {
        if (isStopped) {
          reject(new UnavailableError("The receiver is shutting down."));
          return;
        }
        clearTimeout(idle);
        running ??= start();
        lastId += 1;
        running.pending.set(lastId, { resolve, reject });
        if (running.pending.size === 1) expectAnswer();
        const body = ownedBytes(sent.body);
        const command: DecodeCommand = { id: lastId, sent: { ...sent, body } };
        running.worker.postMessage(command, [body.buffer]);
      }),
    async shutdown() {
      isStopped = true;
      await stop();
    },
  };
}

/** A buffer of Node's pool has others beside it and is never this large. */
const MAX_POOLED = 64 * 1024;

/** The bytes with memory that can be handed over: copied only when others may lie beside them. */
function ownedBytes(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = body;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength > MAX_POOLED && length > buffer.byteLength / 4;
  return isOwn ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(body);
}

function toError(outcome: Exclude<DecodeAnswer["outcome"], { decoded: unknown }>): Error {
  if ("refusal" in outcome) {
    const { httpStatus, rpcCode, reason, message } = outcome.refusal;
    return new RequestRefusal(httpStatus, rpcCode, reason, message);
  }
  const cause = new Error(outcome.failure.message);
  if (outcome.failure.stack !== undefined) cause.stack = outcome.failure.stack;
  return new PermanentError("The request could not be decoded.", { cause });
}
