/**
 * Sends on what lies in a sending queue, in the order in which it came, several requests at a time. A request leaves the queue
 * when the server upstream has it; when that does not want it, it is set aside. Whatever else happens, it is sent again.
 */
import type { QueuedItem, SendingQueue } from "../../component/sending-queue.ts";
import type { PartialSuccess } from "../../otlp/decode-export-response.ts";
import { createBudget } from "./budget.ts";
import type { ForwardingOptions } from "./forwarding.ts";
import { createQueueTaker } from "./queue-taker.ts";
import { sendWithRetry } from "./retry.ts";
import type { SendError } from "./sender.ts";
import { createUntilDone } from "./until-done.ts";

export interface QueueConsumersOptions extends ForwardingOptions {
  readonly queue: SendingQueue;
  readonly consumers: number;
  /** Aborts with a Stopped. */
  readonly stopping: AbortSignal;
  /** The item waits no more. */
  readonly onLeft: (item: QueuedItem) => void;
  /** Whether what the server upstream refuses may be set aside; false when too much is. */
  readonly mayPark: (item: QueuedItem) => boolean;
  readonly onParked: (item: QueuedItem) => void;
}

export interface QueueConsumers {
  /** Something was put into the queue. */
  announce(): void;
  /** Resolves when all have stopped. */
  run(): Promise<void>;
}

/** Requests that are being sent lie in memory; what waits for its next attempt does not. */
const MAX_BYTES_IN_MEMORY = 64 * 1024 * 1024;

/** Of what the server upstream says. */
const LONGEST_QUOTE = 200;

function reasonOf({ message, upstreamMessage }: SendError): string {
  return upstreamMessage === "" ? message : `${message}: ${upstreamMessage.slice(0, LONGEST_QUOTE)}`;
}

/** Ends the consumers, wherever they are. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The store does not have the request any more as it was put. */
class Damaged extends Error {
  override readonly name = "Damaged";
}

export function createQueueConsumers(options: QueueConsumersOptions): QueueConsumers {
  const { queue, policy, attempt, reports, stopping, onLeft, mayPark, onParked } = options;
  const untilDone = createUntilDone(reports, stopping);
  const taker = createQueueTaker(queue, untilDone, stopping);
  const memory = createBudget(MAX_BYTES_IN_MEMORY);

  async function attemptOnce(item: QueuedItem): Promise<PartialSuccess> {
    await memory.take(item.size, stopping);
    try {
      const stored = await untilDone(async () => queue.read(item));
      if ("damage" in stored) throw new Damaged(stored.damage);
      return await attempt({ project: item.project, signal: item.signal, bytes: stored.bytes });
    } finally {
      memory.release(item.size);
    }
  }

  async function send(item: QueuedItem): Promise<void> {
    let { attempts } = item;
    const outcome = await sendWithRetry({
      policy,
      stopping,
      attempt: async () => attemptOnce(item),
      async onRetry(error) {
        attempts += 1;
        reports.retrying(error);
        await untilDone(async () => queue.retried(item));
      },
    });
    if (outcome.status === "stopped") return;
    if (outcome.status === "failed" && !outcome.error.retryable && mayPark(item)) {
      await park(item, reasonOf(outcome.error));
      return reports.refused(item, outcome.error);
    }
    await untilDone(async () => queue.remove(item)); // first: what was counted is not sent again
    onLeft(item);
    if (outcome.status === "sent") reports.sent(item, outcome.partialSuccess);
    else reports.gaveUp(item, outcome.error, attempts + 1);
  }

  async function park(item: QueuedItem, reason: string): Promise<void> {
    await untilDone(async () => queue.park(item, reason));
    onLeft(item);
    onParked(item);
  }

  async function consume(): Promise<never> {
    for (;;) {
      const item = await taker.take();
      try {
        await send(item);
      } catch (error) {
        if (error instanceof Stopped) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        await park(item, reason);
        reports.parked(item, reason);
      }
    }
  }

  async function consumeUntilStopped(): Promise<void> {
    try {
      await consume();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  return {
    announce: () => taker.announce(),
    async run() {
      await Promise.all(Array.from({ length: options.consumers }, consumeUntilStopped));
    },
  };
}
