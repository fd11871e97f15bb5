import { describe, expect, it } from "vitest";
import { createOverlapFinder } from "../../src/session/overlaps.ts";
import { seededRandom } from "../support/seeded-random.ts";

describe("what overlaps with a stretch of time", () => {
  it.each([0, 1, 2, 3, 7, 8, 9, 100])("is what a look at each of %i tells, in their order", (count) => {
    const random = seededRandom(count + 1);
    const moment = (): bigint => BigInt(Math.floor(random() * 50));
    const stretchFrom = (from: bigint) => ({ from, until: from + moment() });
    const stretches = Array.from({ length: count }, () => stretchFrom(moment())).sort((a, b) =>
      Number(a.from - b.from),
    );
    const find = createOverlapFinder(stretches);
    for (let time = 0; time < 50; time += 1) {
      const wanted = stretchFrom(moment());
      const overlapping = stretches.flatMap(({ from, until }, at) => {
        return from <= wanted.until && wanted.from <= until ? [at] : [];
      });
      expect(find(wanted)).toEqual(overlapping);
    }
  });
});
