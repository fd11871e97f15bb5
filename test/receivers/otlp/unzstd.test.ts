import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decompress } from "../../../src/receivers/otlp/decompress.ts";
import { RequestRefusal } from "../../../src/receivers/otlp/request-refusal.ts";
import { unzstd } from "../../../src/receivers/otlp/unzstd.ts";
import { xxhash64 } from "../../../src/receivers/otlp/xxhash64.ts";
import { type Block, zstdBomb, zstdFrame, zstdStored } from "../../support/zstd-frames.ts";
import { processorMs } from "../../support/processor-ms.ts";

const MEBIBYTE = 1024 * 1024;
const LARGEST_BLOCK = 128 * 1024;
const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/zstd/${name}`, import.meta.url));
const SPANS = fixture("spans.json");
const rle = (blocks: number, times = LARGEST_BLOCK): Block[] =>
  Array.from({ length: blocks }, () => ({ byte: 7, times }));

/** The status of the refusal, if it is one. */
function refusalOf(body: Uint8Array, limit = MEBIBYTE): number | undefined {
  try {
    decompress("zstd", body, limit);
    return undefined;
  } catch (error) {
    if (error instanceof RequestRefusal) return error.httpStatus;
    throw error;
  }
}

describe("what zstd's own command compressed", () => {
  test.each(["spans.level-1.zst", "spans.level-19.zst", "spans.stream.zst"])("comes out as it went in: %s", (name) => {
    const body = fixture(name);
    expect(body.length).toBeLessThan(SPANS.length / 3);
    expect(Buffer.from(unzstd(body, SPANS.length)).equals(SPANS)).toBe(true);
    expect(refusalOf(body, SPANS.length - 1)).toBe(413);
  });

  test("is refused or comes out as it went in when a bit of it has changed", () => {
    const body = fixture("spans.level-1.zst");
    const isHarmless = (at: number): boolean => {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      // Some bits mean nothing.
      return refusalOf(changed) !== undefined || SPANS.equals(unzstd(changed, MEBIBYTE));
    };
    const places = Array.from({ length: 60 }, (_, number) => 6 + number * 977);
    expect(places.filter((at) => !isHarmless(at))).toEqual([]);
  });

  test("is refused wherever it ends too early", () => {
    const body = fixture("spans.level-19.zst");
    for (let length = 0; length < body.length; length += 97)
      expect(refusalOf(body.subarray(0, length)), `${length} bytes`).toBe(400);
  });
});

describe("frames", () => {
  test("come out one after the other, with those to be passed over left out", () => {
    const skippable = Buffer.concat([Buffer.from("502a4d1803000000", "hex"), Buffer.from("abc")]);
    const body = Buffer.concat([zstdStored(Buffer.from("one ")), skippable, zstdStored(Buffer.from("two"))]);
    expect(Buffer.from(unzstd(body, 100)).toString()).toBe("one two");
  });

  test.each([
    ["no bytes at all", Buffer.alloc(0), 400],
    ["something else", Buffer.from("not zstd, not at all"), 400],
    ["a header alone", zstdFrame([]), 400],
    ["a dictionary that we do not have", zstdFrame(rle(1), { dictionaryId: 9 }), 400],
    ["a block larger than there may be", zstdFrame([{ byte: 0, times: LARGEST_BLOCK + 1 }]), 400],
    ["something behind it", Buffer.concat([zstdStored(Buffer.from("x")), Buffer.from("yz")]), 400],
    ["a window of 2^41 bytes over much content", zstdFrame(rle(100), { window: 31 << 3 }), 400],
  ])("of %s are refused", (_, body, status) => {
    expect(refusalOf(body, 64 * MEBIBYTE)).toBe(status);
  });

  test("with a window of 2^41 bytes take the memory of what they hold", () => {
    const before = process.memoryUsage().arrayBuffers;
    const body = zstdFrame([{ stored: Buffer.from("small") }], { window: 31 << 3 });
    expect(Buffer.from(unzstd(body, 64 * MEBIBYTE)).toString()).toBe("small");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEBIBYTE);
  });

  test("that declare more than there may be are refused for that, unread", () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const contentSize of [2n ** 33n, 2n ** 63n, BigInt(MEBIBYTE) + 1n])
      expect(refusalOf(zstdFrame([{ stored: Buffer.from("small") }], { contentSize }))).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEBIBYTE);
  });

  test.each([
    [5n, undefined],
    [4n, 400],
    [6n, 400],
    [0n, 400],
  ])("that declare %d bytes and hold five: %s", (contentSize, status) => {
    expect(refusalOf(zstdFrame([{ stored: Buffer.from("small") }], { contentSize }))).toBe(status);
  });

  test.each([
    [Number(xxhash64(Buffer.from("small")) & 0xffff_ffffn), undefined],
    [Number(xxhash64(Buffer.from("snall")) & 0xffff_ffffn), 400],
    [0, 400],
  ])("are compared with their checksum: %d", (checksum, status) => {
    const frame = zstdFrame([{ stored: Buffer.from("small") }], { checksum });
    expect(refusalOf(frame)).toBe(status);
    expect(refusalOf(Buffer.concat([zstdStored(Buffer.from("before")), frame]))).toBe(status);
  });
});

describe("a bomb", () => {
  test("of 256 MB in 8 KB is refused without a byte of it", () => {
    const bomb = zstdBomb(256 * MEBIBYTE);
    expect(bomb.length).toBeLessThan(10_000);
    expect(processorMs(() => expect(refusalOf(bomb, 20 * MEBIBYTE)).toBe(413))).toBeLessThan(200);
  });

  test("of many frames is counted together", () => {
    const frame = zstdBomb(MEBIBYTE / 2);
    expect(refusalOf(Buffer.concat([frame, frame]))).toBeUndefined();
    expect(refusalOf(Buffer.concat([frame, frame, zstdBomb(1)]))).toBe(413);
  });

  test("of very many small blocks, each of which would move a large window, is refused", () => {
    const blocks = rle(100_000, 70);
    const frame = zstdFrame(blocks, { window: 13 << 3 });
    expect(processorMs(() => expect(refusalOf(frame, 8 * MEBIBYTE)).toBe(413))).toBeLessThan(1000);
  });
});
