/** Through a durable queue: whoever sends the data waits only until it is on disk. */
import { setMaxListeners } from "node:events";
import type {
  ParkedDecision,
  QueuedItem,
  QueuedRequest,
  QueueSize,
  SendingQueue,
} from "../../component/sending-queue.ts";
import { OverflowError, UnavailableError } from "../../model/errors.ts";
import { createBudget } from "./budget.ts";
import type { Forwarding, ForwardingOptions } from "./forwarding.ts";
import type { SendingQueueConfig } from "./forwarding-config.ts";
import { createQueueConsumers, Stopped } from "./queue-consumers.ts";

export interface QueuedForwardingOptions extends ForwardingOptions {
  readonly config: SendingQueueConfig;
  readonly queue: SendingQueue;
}

export interface QueuedForwarding extends Forwarding {
  /** How much waits, or is being sent, in the unit of the `sizer`. */
  readonly waiting: () => number;
}

export function createQueuedForwarding({ config, queue, ...options }: QueuedForwardingOptions): QueuedForwarding {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one a consumer, and one a sender that waits for room
  const consumers = createQueueConsumers({
    ...options,
    queue,
    consumers: config.num_consumers,
    stopping: stopping.signal,
    onLeft: (item) => room.release(sizeOfItem(item)),
    mayPark: (item) => parkedRoom.fits(sizeOfItem(item)),
    onParked: (item) => parkedRoom.add(sizeOfItem(item)),
  });
  const sizeOf = (size: QueueSize): number => size[config.sizer];
  const sizeOfItem = ({ count, size }: Pick<QueuedItem, "count" | "size">): number =>
    sizeOf({ requests: 1, items: count, bytes: size });
  let room = createBudget(config.queue_size);
  /** As much may be set aside as may wait: a server that refuses everything must not fill the disk. */
  let parkedRoom = createBudget(config.queue_size);
  let running: Promise<void> | undefined;

  async function enter(size: number): Promise<void> {
    if (room.tryTake(size)) return;
    if (!config.block_on_overflow) throw new OverflowError("The sending queue is full.");
    await room.take(size, stopping.signal);
  }

  async function put(request: QueuedRequest): Promise<void> {
    const size = sizeOf({ requests: 1, items: request.count, bytes: request.bytes.length });
    await enter(size);
    try {
      await queue.put(request);
    } catch (error) {
      room.release(size);
      throw error;
    }
    consumers.announce();
  }

  function onDecision(decision: ParkedDecision): void {
    parkedRoom.release(sizeOfItem(decision));
    if (decision.kind === "drop") return;
    room.add(sizeOfItem(decision));
    consumers.announce();
  }

  return {
    async start() {
      room = createBudget(config.queue_size, sizeOf(await queue.size()));
      parkedRoom = createBudget(config.queue_size, sizeOf(await queue.parkedSize()));
      queue.onDecision(onDecision);
      running = consumers.run();
    },
    async take(request) {
      try {
        await put(request);
      } catch (error) {
        options.reports.notQueued(request, error);
        throw error instanceof Stopped ? new UnavailableError(error.message) : error;
      }
    },
    async stop() {
      stopping.abort(new Stopped("The exporter is shutting down."));
      await running;
    },
    waiting: () => room.used(),
  };
}
