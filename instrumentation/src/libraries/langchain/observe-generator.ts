import { inPlaceOf } from "../in-place-of.ts";

/** What is done with and told of an async generator that somebody else reads. No method throws. */
export interface GeneratorObserver {
  /** Runs every step of the generator. */
  readonly run: <T>(fn: () => T) => T;
  readonly value: (value: unknown) => void;
  readonly end: () => void;
  /** The reader stopped before the end. */
  readonly stop: () => void;
  readonly fail: (error: unknown) => void;
}

type Step = (this: unknown, ...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Generator = Record<"next" | "return" | "throw", Step>;

/** Observes an async generator from the inside: the same object, whose steps are watched. */
export function observeGenerator(generator: unknown, observer: GeneratorObserver): unknown {
  if (!isGenerator(generator)) return generator;
  const { next, return: finish, throw: abandon } = generator;
  replace(generator, "next", (...args) => observeStep(() => next.apply(generator, args), observer));
  replace(generator, "throw", (...args) => observeStep(() => abandon.apply(generator, args), observer));
  replace(generator, "return", (...args) => {
    // At once: it takes effect only when the step that is under way is done, which may be never.
    observer.stop();
    return observer.run(() => finish.apply(generator, args));
  });
  return generator;
}

function replace(generator: Generator, name: keyof Generator, value: Step): void {
  Object.defineProperty(generator, name, {
    value: inPlaceOf(generator[name], value),
    writable: true,
    configurable: true,
  });
}

function observeStep(step: () => ReturnType<Step>, { run, value, end, fail }: GeneratorObserver): ReturnType<Step> {
  return run(step).then(
    (result) => {
      if (result.done) end();
      else value(result.value);
      return result;
    },
    (error: unknown) => {
      fail(error);
      throw error;
    },
  );
}

function isGenerator(value: unknown): value is Generator {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "throw" in value;
}
