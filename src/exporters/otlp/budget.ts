/** So much at a time: the size of a queue, the memory for requests that are being sent. */
export interface Budget {
  fits(size: number): boolean;
  /** False when it does not fit, or when others wait for their share. */
  tryTake(size: number): boolean;
  /** Resolves when it fits, in the order of asking. Rejects with the signal's reason when that aborts before. */
  take(size: number, stopping: AbortSignal): Promise<void>;
  /** Of what is there already, whether it fits or not. */
  add(size: number): void;
  release(size: number): void;
  readonly used: () => number;
}

interface Waiting {
  readonly size: number;
  readonly resolve: () => void;
}

/** What is larger than all of it fits when nothing else is there: it would never fit otherwise. */
export function createBudget(capacity: number, initiallyUsed = 0): Budget {
  let used = initiallyUsed;
  const waiting: Waiting[] = [];
  const fits = (size: number): boolean => used === 0 || used + size <= capacity;

  function tryTake(size: number): boolean {
    if (waiting.length > 0 || !fits(size)) return false;
    used += size;
    return true;
  }

  function serve(): void {
    for (let [first] = waiting; first !== undefined && fits(first.size); [first] = waiting) {
      waiting.shift();
      used += first.size;
      first.resolve();
    }
  }

  async function wait(size: number, stopping: AbortSignal): Promise<void> {
    stopping.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const entry: Waiting = {
        size,
        resolve() {
          stopping.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is the Error that the signal was given
        reject(stopping.reason);
        serve(); // who comes next may be smaller
      };
      stopping.addEventListener("abort", leave, { once: true });
      waiting.push(entry);
    });
  }

  return {
    fits,
    tryTake,
    async take(size, stopping) {
      if (!tryTake(size)) await wait(size, stopping);
    },
    add(size) {
      used += size;
    },
    release(size) {
      used -= size;
      serve();
    },
    used: () => used,
  };
}
