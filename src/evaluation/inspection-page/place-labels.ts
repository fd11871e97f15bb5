/** Names beside dots, so that none lies on another or on a dot. */

export interface Dot {
  readonly x: number;
  readonly y: number;
  /** Of its name, about. */
  readonly width: number;
}

export interface PlacedLabel {
  readonly x: number;
  /** Of the text's base line. */
  readonly y: number;
  readonly anchor: "start" | "end";
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Area {
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

/** Half a dot, and half a line. */
const radius = 4;
const halfLine = 6;
const gap = 7;

/** Where the first of a few places beside the dot is free; undefined: none is. The first dots choose first. */
export function placeLabels(dots: readonly Dot[], area: Area): readonly (PlacedLabel | undefined)[] {
  const taken: Box[] = dots.map(({ x, y }) => ({
    left: x - radius,
    right: x + radius,
    top: y - radius,
    bottom: y + radius,
  }));
  return dots.map((dot) => {
    const free = placesOf(dot, area).find(({ box }) => !taken.some((other) => overlap(box, other)));
    if (free !== undefined) taken.push(free.box);
    return free?.label;
  });
}

function placesOf({ x, y, width }: Dot, area: Area): readonly { label: PlacedLabel; box: Box }[] {
  return [0, -12, 12, -24, 24].flatMap((shift) => {
    const [top, bottom] = [y + shift - halfLine, y + shift + halfLine];
    const base = { y: y + shift + 4 };
    const places: { label: PlacedLabel; box: Box }[] = [
      { label: { ...base, x: x + gap, anchor: "start" }, box: { left: x + gap, right: x + gap + width, top, bottom } },
      { label: { ...base, x: x - gap, anchor: "end" }, box: { left: x - gap - width, right: x - gap, top, bottom } },
    ];
    return places.filter(({ box }) => isInside(box, area));
  });
}

const isInside = (box: Box, { width, top, bottom }: Area): boolean =>
  box.left >= 0 && box.right <= width && box.top >= top - halfLine - radius && box.bottom <= bottom + halfLine;

const overlap = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
