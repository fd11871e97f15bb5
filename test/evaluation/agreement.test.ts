import { assert, nat, oneof, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { agreementOf, type ConfusionMatrix } from "../../src/evaluation/agreement.ts";

describe("agreement", () => {
  // Worked by hand: kappa = (po - pe) / (1 - pe) with pe the sum of the products of the shares.
  it.each([
    // po = 80/100; pe = (60*60 + 30*30 + 10*10) / 10000 = .46.
    {
      table: [
        [50, 10, 0],
        [10, 20, 0],
        [0, 0, 10],
      ],
      raw: 0.8,
      kappa: (0.8 - 0.46) / 0.54,
    },
    // po = 35/50 = .7; pe = (25*30 + 25*20) / 2500 = .5.
    {
      table: [
        [20, 0, 5],
        [0, 0, 0],
        [10, 0, 15],
      ],
      raw: 0.7,
      kappa: 0.4,
    },
    // 9 in 10 agree, and chance alone would give more: pe = (5*5 + 95*95) / 10000 = .905.
    {
      table: [
        [0, 0, 5],
        [0, 0, 0],
        [5, 0, 90],
      ],
      raw: 0.9,
      kappa: (0.9 - 0.905) / (1 - 0.905),
    },
    // Never the same.
    {
      table: [
        [0, 0, 10],
        [0, 0, 0],
        [10, 0, 0],
      ],
      raw: 0,
      kappa: -1,
    },
    // No better than chance.
    {
      table: [
        [25, 0, 25],
        [0, 0, 0],
        [25, 0, 25],
      ],
      raw: 0.5,
      kappa: 0,
    },
  ])("of $table is $raw, and $kappa beyond chance", ({ table, raw, kappa }) => {
    const agreement = agreementOf(table);
    expect(agreement.confusion).toEqual(table);
    expect(agreement.n).toBe(table.flat().reduce((sum, each) => sum + each, 0));
    expect(agreement.raw).toBeCloseTo(raw, 12);
    expect(agreement.kappa).toBeCloseTo(kappa, 12);
  });

  it("says nothing of nothing", () => {
    const nothing = agreementOf([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(nothing).toMatchObject({ n: 0, harmful: { n: 0 } });
    for (const name of ["raw", "kappa", "baseRate"]) expect(nothing).not.toHaveProperty(name);
    for (const name of ["raw", "kappa", "precision", "recall"]) expect(nothing.harmful).not.toHaveProperty(name);
  });

  it("has no kappa where both always say the same one thing: chance alone would do that", () => {
    const agreement = agreementOf([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 40],
    ]);
    expect(agreement.raw).toBe(1);
    expect(agreement).not.toHaveProperty("kappa");
    expect(agreement.harmful).not.toHaveProperty("kappa");
    expect(agreement.baseRate).toEqual([0, 0, 1]);
  });

  it("is told of harmful or not as well, with what is found and what is right of it", () => {
    // Harmful: both 6, only people 2, only the judge 4, neither 28.
    const { harmful, baseRate } = agreementOf([
      [6, 1, 1],
      [3, 5, 4],
      [1, 2, 17],
    ]);
    expect(harmful.confusion).toEqual([
      [6, 2],
      [4, 28],
    ]);
    expect([harmful.n, harmful.raw, harmful.precision, harmful.recall]).toEqual([40, 0.85, 0.6, 0.75]);
    // pe = (8*10 + 32*30) / 1600 = .65
    expect(harmful.kappa).toBeCloseTo((0.85 - 0.65) / 0.35, 12);
    expect(baseRate).toEqual([8 / 40, 12 / 40, 20 / 40]);
  });

  const row = tuple(nat(30), nat(30), nat(30));
  const matrices = tuple(row, row, row);
  const diagonal = tuple(nat(30), nat(30), nat(30)).map(([a, b, c]): ConfusionMatrix => [
    [a, 0, 0],
    [0, b, 0],
    [0, 0, c],
  ]);

  it("lies between -1 and 1, and is 1 exactly for equal raters", () => {
    assert(
      property(oneof(matrices, diagonal), (confusion) => {
        const { raw, kappa, harmful } = agreementOf(confusion);
        const areEqual = confusion.every((cells, at) => cells.every((count, column) => column === at || count === 0));
        const isWithin = (each: number | undefined): boolean => each === undefined || (each >= -1 && each <= 1);
        const isOneIfEqual = (each: number | undefined): boolean => each === undefined || (each === 1) === areEqual;
        expect([isWithin(kappa), isWithin(harmful.kappa), isOneIfEqual(kappa), isOneIfEqual(raw)]).toEqual([
          true,
          true,
          true,
          true,
        ]);
      }),
    );
  });

  it("is the same whoever comes first, but for the matrix, which is turned", () => {
    assert(
      property(matrices, (confusion) => {
        const there = agreementOf(confusion);
        const back = agreementOf([0, 1, 2].map((at) => confusion.map((cells) => cells[at] ?? 0)));
        expect([back.raw, back.kappa, back.harmful.raw, back.harmful.kappa]).toEqual([
          there.raw,
          there.kappa,
          there.harmful.raw,
          there.harmful.kappa,
        ]);
        expect([back.harmful.precision, back.harmful.recall]).toEqual([there.harmful.recall, there.harmful.precision]);
      }),
    );
  });
});
