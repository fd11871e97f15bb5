import type { Component, Logger } from "../component/component.ts";

/** Something that is started and stopped, and what to call it in messages. */
export interface Part {
  readonly name: string;
  readonly component: Component;
}

export interface Lifecycle {
  /** Starts the parts in order. When one fails, those before it are shut down again and its error is thrown. */
  start(): Promise<void>;
  /** Shuts the started parts down, last first; waits for a start under way. A part that fails does not keep the others up. Safe twice. */
  stop(): Promise<void>;
}

export function createLifecycle(parts: readonly Part[], logger: Logger): Lifecycle {
  const started: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

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
        await part.component.shutdown?.();
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
    async stop() {
      stopping ??= (starting ?? Promise.resolve()).then(shutDownAll, shutDownAll);
      await stopping;
    },
  };
}
