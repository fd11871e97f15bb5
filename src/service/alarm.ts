export interface Alarm {
  ring(): void;
  /** Resolves at the next ring, or after so long. */
  wait(milliseconds: number): Promise<void>;
}

/** Something to wait on with a time limit, which others can cut short; a ring while nobody waits is not lost. */
export function createAlarm(): Alarm {
  let rang = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rang = true;
      wake?.();
    },
    async wait(milliseconds) {
      if (!rang)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      rang = false;
    },
  };
}
