import { expect, test } from "vitest";
import { createSharedBuffers } from "../../../src/stores/sqlite/shared-buffers.ts";

test("holds a copy in memory that is used again", () => {
  const buffers = createSharedBuffers();
  const bytes = Uint8Array.of(1, 2, 3);
  const held = buffers.hold(bytes);
  bytes[0] = 9;
  expect([...(held ?? [])]).toEqual([1, 2, 3]);
  if (held !== undefined) buffers.release(held);
  expect(buffers.hold(bytes)?.buffer).toBe(held?.buffer);
});

test("takes only so much memory, however much waits", () => {
  const buffers = createSharedBuffers();
  const held = Array.from({ length: 1000 }, () => buffers.hold(Uint8Array.of(1)));
  expect(held.filter((one) => one !== undefined)).toHaveLength(32);
  expect(buffers.hold(new Uint8Array(256 * 1024 + 1))).toBeUndefined();
});
