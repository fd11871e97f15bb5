/**
 * Where each adversarial input is tested. The list itself: the ids of what senders, disks, providers and callers can do to a
 * server; A56 waits for accounts, and A85 to A88 (what a judge and a screen make of hostile content) are tested where those are.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const here = "test/adversarial";
const grpcFrames = "test/receivers/otlp/grpc-frames.test.ts";
const lifecycle = "test/integration/lifecycle.test.ts";

const places: Readonly<Record<string, readonly number[]>> = {
  [`${here}/compression.test.ts`]: range(1, 12),
  [grpcFrames]: [...range(13, 18), 30],
  [`${here}/http.test.ts`]: [...range(20, 29), 31, 32],
  [`${here}/protobuf.test.ts`]: [...range(40, 55), 57, 58],
  [`${here}/json.test.ts`]: range(60, 72),
  [`${here}/sessions.test.ts`]: [...range(80, 84), 91, 92],
  [`${here}/redaction.test.ts`]: [89, 90],
  [`${here}/faults.test.ts`]: [100, 101, 103, 107],
  "test/integration/crash.test.ts": [102],
  [lifecycle]: [104, 108, 110, 111],
  [`${here}/memory.test.ts`]: [105, 112],
  "test/exporters/otlp/otlp-http.test.ts": [106],
  "test/reloadable-server.test.ts": [109],
  [`${here}/doors.test.ts`]: [120, 122, 123],
  [`${here}/api.test.ts`]: [124, 126, 128],
};

const ids: readonly number[] = [
  ...range(1, 18),
  ...range(20, 32),
  ...range(40, 55),
  57,
  58,
  ...range(60, 72),
  ...range(80, 84),
  ...range(89, 92),
  ...range(100, 112),
  120,
  122,
  123,
  124,
  126,
  128,
];

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const nameOf = (id: number): string => `A${String(id).padStart(2, "0")}`;

test.each(ids.map(nameOf))("%s is tested in the place that is named for it", (name) => {
  const [place = ""] = Object.entries(places).find(([, numbers]) => numbers.map(nameOf).includes(name)) ?? [];
  expect(place, "no place is named").not.toBe("");
  const text = readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
  expect(new RegExp(String.raw`["\x60]${name}\b`).test(text), `${place} has no test of this name`).toBe(true);
});
