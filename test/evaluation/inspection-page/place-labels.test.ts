import { describe, expect, it } from "vitest";
import { placeLabels } from "../../../src/evaluation/inspection-page/place-labels.ts";

const area = { width: 340, top: 12, bottom: 204 };

describe("AI-27: names beside dots", () => {
  it("AI-27: stand to the right, or to the left where the right has no room", () => {
    const labels = placeLabels(
      [
        { x: 100, y: 100, width: 50 },
        { x: 330, y: 100, width: 50 },
      ],
      area,
    );
    expect(labels).toEqual([
      { x: 107, y: 104, anchor: "start" },
      { x: 323, y: 104, anchor: "end" },
    ]);
  });

  it("AI-27: make way for each other and for dots", () => {
    const [first, second] = placeLabels(
      [
        { x: 100, y: 100, width: 50 },
        { x: 120, y: 100, width: 50 },
      ],
      area,
    );
    expect(first).toMatchObject({ anchor: "end" });
    expect(second).toMatchObject({ x: 127, anchor: "start" });
    const stacked = placeLabels(
      Array.from({ length: 12 }, () => ({ x: 100, y: 100, width: 50 })),
      area,
    );
    const places = stacked.flatMap((label) => (label === undefined ? [] : `${label.x} ${label.y}`));
    expect(new Set(places).size).toBe(places.length);
    expect(stacked.at(-1)).toBeUndefined();
  });

  it("AI-27: have no place when they are wider than the plot", () => {
    expect(placeLabels([{ x: 100, y: 100, width: 400 }], area)).toEqual([undefined]);
  });
});
