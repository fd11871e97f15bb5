/**
 * One body is worked on at a time, and what else waits for the thread comes in between: the bodies of many senders often
 * end at the same moment, after a commit, and would keep every other caller waiting together.
 */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(
      () =>
        new Promise((resolve) => {
          setImmediate(resolve);
        }),
    );
    return last;
  };
}
