/** Pairs the equal elements of two lists, in order, as many as possible: the longest common subsequence. */

/** Beyond this many comparisons the first match from the previous one on is taken. */
const maxComparisons = 1_000_000;

export function align(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const middle = alignMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [
    ...Array.from({ length: head }, (_, at) => [at, at] as const),
    ...middle.map(([x, y]) => [x + head, y + head] as const),
    ...Array.from({ length: tail }, (_, at) => [a.length - tail + at, b.length - tail + at] as const),
  ];
}

/** Of a long list and a short one most has no equal in the other. */
function alignMiddle(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const [inA, inB] = [placesOf(a, new Set(b)), placesOf(b, new Set(a))];
  const [restA, restB] = [inA.map((at) => a[at] ?? ""), inB.map((at) => b[at] ?? "")];
  const pairs = restA.length * restB.length > maxComparisons ? alignGreedily(restA, restB) : alignBest(restA, restB);
  return pairs.map(([x, y]) => [inA[x] ?? 0, inB[y] ?? 0] as const);
}

/** Places of the values that are among the others. */
function placesOf(values: readonly string[], others: ReadonlySet<string>): readonly number[] {
  return values.flatMap((value, at) => (others.has(value) ? [at] : []));
}

function alignBest(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (x: number, y: number) => longest[x * width + y] ?? 0;
  for (let x = a.length - 1; x >= 0; x--) {
    for (let y = b.length - 1; y >= 0; y--) {
      longest[x * width + y] = a[x] === b[y] ? at(x + 1, y + 1) + 1 : Math.max(at(x + 1, y), at(x, y + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let x = 0, y = 0; x < a.length && y < b.length;) {
    if (a[x] === b[y]) pairs.push([x++, y++]);
    else if (at(x + 1, y) >= at(x, y + 1)) x++;
    else y++;
  }
  return pairs;
}

function alignGreedily(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  let from = 0;
  a.forEach((value, x) => {
    const y = b.indexOf(value, from);
    if (y < 0) return;
    pairs.push([x, y]);
    from = y + 1;
  });
  return pairs;
}
