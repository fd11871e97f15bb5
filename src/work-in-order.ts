/** Several at a time, one after the other out. */

export interface InOrderOptions {
  /** Items that are in work at the same time. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/**
 * The results in the items' order. `work` gets the item's number, from 1, and a signal that aborts when nobody wants the
 * result any more. Throws what the first work that fails throws.
 */
export async function* workInOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item, number: number, signal: AbortSignal) => Promise<Result> | undefined,
  { concurrency = 4, signal }: InOrderOptions = {},
): AsyncGenerator<Result> {
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const inHand: Promise<Result>[] = [];
  let number = 0;
  try {
    for await (const item of items) {
      number += 1;
      if (inHand.length >= Math.max(1, concurrency)) yield* takeFirst(inHand);
      const working = work(item, number, stopped);
      if (working === undefined) continue;
      // Awaited in its turn; until then a rejection must not count as unhandled.
      working.catch(() => undefined);
      inHand.push(working);
    }
    while (inHand.length > 0) yield* takeFirst(inHand);
  } finally {
    stop.abort();
  }
}

async function* takeFirst<Result>(inHand: Promise<Result>[]): AsyncGenerator<Result> {
  const first = inHand.shift();
  if (first !== undefined) yield await first;
}
