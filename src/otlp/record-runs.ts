/** Cuts a list into runs of neighbours with the same key (by identity), keeping the order. */
export function runsOf<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): Item[][] {
  const runs: Item[][] = [];
  let run: Item[] = [];
  let lastKey: unknown;
  for (const item of items) {
    const key = keyOf(item);
    if (run.length === 0 || key !== lastKey) {
      run = [];
      runs.push(run);
    }
    run.push(item);
    lastKey = key;
  }
  return runs;
}
