import type { QueuedItem, SendingQueue } from "../../component/sending-queue.ts";
import { createNews } from "./news.ts";
import type { UntilDone } from "./until-done.ts";

export interface QueueTaker {
  /** Something was put into the queue. */
  announce(): void;
  /** The next item, as soon as there is one; each is handed out once. Rejects with the reason for stopping. */
  take(): Promise<QueuedItem>;
}

export function createQueueTaker(queue: SendingQueue, untilDone: UntilDone, stopping: AbortSignal): QueueTaker {
  const news = createNews(stopping);
  let lastTaken = 0;
  let taking: Promise<unknown> = Promise.resolve();

  async function findNext(): Promise<QueuedItem> {
    for (;;) {
      await news.wait();
      const item = await untilDone(async () => queue.next(lastTaken));
      if (item === undefined) continue;
      news.announce(); // there may be more behind it
      lastTaken = item.id;
      return item;
    }
  }

  return {
    announce: () => news.announce(),
    /** One after the other: who looks moves the mark. */
    async take() {
      const taken = taking.then(findNext, findNext);
      taking = taken;
      return taken;
    },
  };
}
