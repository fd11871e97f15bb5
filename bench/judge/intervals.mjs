// Bootstrap intervals. Whole groups are drawn, because the trials of one task resemble each other: drawing conversations would
// give intervals that are too narrow.
import { groupBy } from "../../dist/dialects/group-by.js";

/** Where the middle 95 % of the figure lies; undefined when it is never a number (a precision where nothing is flagged). `figure` gets an array of results; the same seed draws the same groups. */
export function intervalOf(results, figure, { rounds = 1000, seed = 1 } = {}) {
  const groups = [...groupBy(results, ({ group }) => group).values()];
  const random = createRandom(seed);
  const values = [];
  for (let round = 0; round < rounds; round++) {
    const value = figure(groups.flatMap(() => groups[Math.floor(random() * groups.length)]));
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length === 0) return undefined;
  values.sort((a, b) => a - b);
  const at = (share) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  return { low: at(0.025), high: at(0.975) };
}

/** mulberry32: small, and the same everywhere. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
