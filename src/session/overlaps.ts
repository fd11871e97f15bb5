/** Which of many stretches of time overlap with one, without a look at the others. */

export interface Stretch {
  readonly from: bigint;
  readonly until: bigint;
}

/** `stretches` by their beginning. The finder gives their places in the list, in order. */
export function createOverlapFinder(stretches: readonly Stretch[]): (stretch: Stretch) => readonly number[] {
  const latest = latestEnds(stretches.map(({ until }) => until));
  const width = latest.length / 2;

  function collect(node: number, first: number, size: number, before: number, after: bigint, found: number[]): void {
    if (first >= before || (latest[node] ?? -1n) < after) return;
    if (size === 1) return void found.push(first);
    collect(2 * node, first, size / 2, before, after, found);
    collect(2 * node + 1, first + size / 2, size / 2, before, after, found);
  }

  return ({ from, until }) => {
    const found: number[] = [];
    collect(1, 0, width, countBegun(stretches, until), from, found);
    return found;
  };
}

/** A tree in an array: node n stands above 2n and 2n + 1 and has the latest end below it; the leaves are the second half. */
function latestEnds(ends: readonly bigint[]): readonly bigint[] {
  const width = 2 ** Math.ceil(Math.log2(Math.max(ends.length, 1)));
  const tree = Array.from({ length: 2 * width }, (_, at) => ends[at - width] ?? -1n);
  for (let node = width - 1; node > 0; node--) {
    const [left, right] = [tree[2 * node] ?? -1n, tree[2 * node + 1] ?? -1n];
    tree[node] = left > right ? left : right;
  }
  return tree;
}

/** How many begin at that moment or before. */
function countBegun(stretches: readonly Stretch[], moment: bigint): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.from ?? 0n) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
