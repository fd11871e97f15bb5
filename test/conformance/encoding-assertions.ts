/** R27 to R39: Content-Encoding. */
import assert from "node:assert/strict";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { zstdBomb, zstdFrame, zstdStored } from "../support/zstd-frames.ts";
import { all, type Assertion, onlyOnce, overHttp } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { httpOutcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";

const sendEncoded = async (probe: Probe, encoding: string, body: Uint8Array) =>
  probe.send({ headers: { ...probe.headers, "content-encoding": encoding }, body });

async function assertUndone(probe: Probe, encoding: string, body: Uint8Array): Promise<void> {
  const answer = await sendEncoded(probe, encoding, body);
  assert.deepEqual(httpOutcome(probe.cell.signal, answer), ACCEPTED);
}

/** Each is refused with 400, and the server goes on. */
async function assertBroken(probe: Probe, encoding: string, bodies: readonly Uint8Array[]): Promise<void> {
  const before = probe.delivered().length;
  for (const body of bodies) assertRefusal(probe, await sendEncoded(probe, encoding, body), 400, 3);
  assert.equal(probe.delivered().length, before);
  await assertTakes(probe);
}

async function assertUnsupported(probe: Probe, encoding: string, supported: string): Promise<void> {
  const answer = await sendEncoded(probe, encoding, bodyOf(probe));
  assertRefusal(probe, answer, 415, 3);
  assert.equal(answer.headers["accept-encoding"], supported);
}

const ALL = "identity, gzip, zstd, zlib, deflate";
const damaged = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
};

export const encodingAssertions: readonly Assertion[] = [
  {
    id: "R27",
    says: "takes a body without a Content-Encoding, or with an empty one, as it is",
    notFor: overHttp,
    async run(probe) {
      assert.equal((await probe.send({ body: bodyOf(probe) })).status, 200);
      await assertUndone(probe, "", bodyOf(probe));
      assertDelivered(probe, 2);
    },
  },
  {
    id: "R28",
    says: "undoes gzip",
    notFor: overHttp,
    async run(probe) {
      await assertUndone(probe, "gzip", gzipSync(bodyOf(probe, 3)));
      assertDelivered(probe, 3);
    },
  },
  {
    id: "R29",
    says: "undoes zstd",
    notFor: overHttp,
    async run(probe) {
      await assertUndone(probe, "zstd", zstdStored(bodyOf(probe, 3)));
      assertDelivered(probe, 3);
    },
  },
  {
    id: "R30",
    says: "undoes deflate and zlib, both zlib's format, and refuses raw deflate",
    notFor: overHttp,
    async run(probe) {
      await assertUndone(probe, "deflate", deflateSync(bodyOf(probe)));
      await assertUndone(probe, "zlib", deflateSync(bodyOf(probe)));
      assertDelivered(probe, 2);
      const followed = Buffer.concat([deflateSync(bodyOf(probe)), Buffer.from("garbage")]);
      for (const broken of [deflateRawSync(bodyOf(probe)), followed])
        assertRefusal(probe, await sendEncoded(probe, "deflate", broken), 400, 3);
    },
  },
  {
    id: "R31",
    says: "takes identity",
    notFor: overHttp,
    run: async (probe) => assertUndone(probe, "identity", bodyOf(probe)),
  },
  {
    id: "R32",
    says: "does not mind the case of the Content-Encoding, nor its old name",
    notFor: overHttp,
    async run(probe) {
      for (const name of ["GZip", "GZIP", "x-gzip"]) await assertUndone(probe, name, gzipSync(bodyOf(probe)));
    },
  },
  {
    id: "R33",
    says: "refuses unknown and stacked codings with 415, and says which there are",
    notFor: overHttp,
    async run(probe) {
      for (const encoding of ["br", "foo", "gzip, gzip", "gzip,identity"])
        await assertUnsupported(probe, encoding, ALL);
    },
  },
  {
    id: "R34",
    says: "refuses what is declared as gzip and is not with 400",
    notFor: overHttp,
    run: async (probe) => assertBroken(probe, "gzip", [bodyOf(probe), deflateSync(bodyOf(probe))]),
  },
  {
    id: "R35",
    says: "refuses what is declared as zstd and is not, also behind a header that promises much, with 400",
    notFor: overHttp,
    async run(probe) {
      const stored = [{ stored: bodyOf(probe) }];
      const manyBlocks = Array.from({ length: 80 }, () => ({ byte: 0, times: 128 * 1024 }));
      await assertBroken(probe, "zstd", [
        bodyOf(probe),
        Buffer.alloc(0),
        zstdStored(bodyOf(probe)).subarray(0, -1),
        zstdFrame([{ stored: Buffer.alloc(100_000) }], { window: 0 }),
        zstdFrame(manyBlocks, { window: 31 << 3 }),
        zstdFrame(stored, { dictionaryId: 7 }),
        zstdFrame(stored, { contentSize: 1n }),
        zstdFrame(stored, { checksum: 1 }),
      ]);
      await assertUndone(probe, "zstd", zstdFrame(stored, { window: 31 << 3 }));
      const promising = zstdFrame(stored, { contentSize: 2n ** 33n });
      assertRefusal(probe, await sendEncoded(probe, "zstd", promising), 413, 8);
    },
  },
  {
    id: "R36",
    says: "refuses gzip that is empty, cut off, damaged, or followed by something else with 400",
    notFor: overHttp,
    async run(probe) {
      const whole = gzipSync(bodyOf(probe));
      const cut = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length));
      await assertBroken(probe, "gzip", [
        ...cut,
        damaged(whole, whole.length - 6),
        Buffer.concat([whole, Buffer.from("garbage")]),
        Buffer.concat([whole, Buffer.from("\0garbage")]),
      ]);
    },
  },
  {
    id: "R37",
    says: "survives whatever makes a decompressor throw, with 400",
    notFor: all(overHttp, onlyOnce("about the decompressors")),
    async run(probe) {
      const compressed = { gzip: gzipSync(bodyOf(probe)), deflate: deflateSync(bodyOf(probe)) };
      for (const [encoding, bytes] of Object.entries(compressed))
        await assertBroken(
          probe,
          encoding,
          Array.from({ length: 12 }, (_, at) => damaged(bytes, bytes.length - 1 - at)).slice(0, 4),
        );
      const frame = zstdStored(bodyOf(probe));
      await assertBroken(probe, "zstd", [damaged(frame, 0), damaged(frame, 4), damaged(frame, 6), damaged(frame, 8)]);
    },
  },
  {
    id: "R38",
    says: 'takes only uncompressed bodies with compression_algorithms: [""]',
    server: { http: { compression_algorithms: [""] } },
    notFor: overHttp,
    async run(probe) {
      await assertTakes(probe);
      await assertUnsupported(probe, "gzip", "identity");
    },
  },
  {
    id: "R38",
    says: "takes only uncompressed bodies with an empty list of compression_algorithms",
    server: { http: { compression_algorithms: [] } },
    notFor: overHttp,
    async run(probe) {
      await assertTakes(probe);
      await assertUnsupported(probe, "gzip", "identity");
    },
  },
  {
    id: "R38",
    says: "takes the listed compression_algorithms and no others",
    server: { http: { compression_algorithms: ["", "gzip"] } },
    notFor: overHttp,
    async run(probe) {
      await assertUndone(probe, "gzip", gzipSync(bodyOf(probe)));
      await assertUnsupported(probe, "zstd", "identity, gzip");
    },
  },
  {
    id: "R39",
    says: "undoes gzip of several members, and zstd of several frames, as one body",
    notFor: overHttp,
    async run(probe) {
      const body = bodyOf(probe, 3);
      const [start, end] = [body.subarray(0, 20), body.subarray(20)];
      await assertUndone(probe, "gzip", Buffer.concat([gzipSync(start), gzipSync(""), gzipSync(end)]));
      await assertUndone(probe, "zstd", Buffer.concat([zstdStored(start), zstdBomb(0), zstdStored(end)]));
      assertDelivered(probe, 6);
    },
  },
];
