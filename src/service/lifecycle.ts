import type { Component, Logger } from "../component/component.ts";

/** Something that is started and stopped, and what to call it in messages. */
export interface Part {
  readonly name: string;
  readonly component: Component;
}

export interface Lifecycle {
  /** Starts the parts in order. When one fails, those before it are shut down again and its error is thrown. */
  start(): Promise<void>;
  /**
   * Shuts the started parts down, last first; waits for a start under way. A part that fails does not keep the others up.
   * Safe twice. From when `hurry` aborts, of whichever call, nothing in hand is waited for.
   */
  stop(hurry?: AbortSignal): Promise<void>;
  /** Resolves when a part that had started can work no more, with what it said. */
  readonly failure: Promise<Error>;
}

export function createLifecycle(parts: readonly Part[], logger: Logger): Lifecycle {
  const started: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  const hurrying = new AbortController();
  const failure = new Promise<Error>((resolve) => {
    for (const { name, component } of parts)
      component.onFatal?.((error) => {
        logger.error({ err: error, component: name }, "a component can work no more");
        resolve(error);
      });
  });

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (stopping !== undefined) return;
      started.push(part); // also when its start fails: it may have got half way, and shutdown is safe then
      await part.component.start?.();
    }
  }

  async function shutDownAll(): Promise<void> {
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      try {
        await part.component.shutdown?.(hurrying.signal);
      } catch (error) {
        logger.error({ err: error, component: part.name }, "a component failed to shut down");
      }
    }
  }

  return {
    async start() {
      starting ??= startAll();
      try {
        await starting;
      } catch (error) {
        await shutDownAll();
        throw error;
      }
    },
    async stop(hurry) {
      hurry?.addEventListener("abort", () => hurrying.abort());
      if (hurry?.aborted === true) hurrying.abort();
      stopping ??= (starting ?? Promise.resolve()).then(shutDownAll, shutDownAll);
      await stopping;
    },
    failure,
  };
}
