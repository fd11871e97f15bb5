/** A01-A12: what compression can hide. */
import { deflateSync, gzipSync } from "node:zlib";
import { expect } from "vitest";
import { bodiesOf, spansBody } from "../receivers/otlp/bodies.ts";
import { type Answer, JSON_TYPE, PROTOBUF, send } from "../receivers/otlp/receiver.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";

const MEBIBYTE = 1024 * 1024;
const SPANS = Buffer.from(spansBody(2));
const TOO_LARGE = 'reason="too_large"';
const MALFORMED = 'reason="malformed"';

type Headers = Readonly<Record<string, string>>;

async function sendCoded(server: AttackedServer, coding: string, body: Uint8Array, type: Headers = PROTOBUF) {
  return send(server, { headers: { ...type, "content-encoding": coding }, body });
}

/** Sends it eight times at once; every answer must have the status. */
async function expectRefused(status: number, sendOne: () => Promise<Answer>): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 8 }, sendOne));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
}

/** 300 MB of white space, which is JSON up to its end. */
const gzipBomb = gzipSync(Buffer.alloc(300 * MEBIBYTE, " "));

const deflateBomb = deflateSync(Buffer.alloc(200 * MEBIBYTE));

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** A zstd frame without a declared size: a window, and blocks that each say "this byte, 128 KiB of it". RFC 8878 3.1.1. */
function zstdBomb(blocks: number): Buffer {
  const windowOf128MiB = 17 << 3;
  const block = (isLast: boolean): number[] => {
    const header = (isLast ? 1 : 0) | (1 << 1) | ((128 * 1024) << 3);
    return [header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, 0x20];
  };
  const all = Array.from({ length: blocks }, (_, at) => block(at === blocks - 1));
  return Buffer.from([...ZSTD_MAGIC, 0x00, windowOf128MiB, ...all.flat()]);
}

/** A hundred blocks of 128 KiB each: what a frame must have before a window may be as large. */
const blocks = zstdBomb(100).subarray(6);

/** A frame in one segment, which is its own window, that says it holds 8 GiB. */
function zstdOfDeclaredSize(bytes: bigint): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(bytes);
  return Buffer.concat([Buffer.from([...ZSTD_MAGIC, 0b1110_0000]), size, blocks]);
}

/** A window of 2 GiB: the exponent is 21, to which 10 are added. */
const zstdOfWindowLog31 = Buffer.concat([Buffer.from([...ZSTD_MAGIC, 0x00, 21 << 3]), blocks]);

function withWrongChecksum(): Buffer {
  const body = gzipSync(SPANS);
  body.writeUInt8(body.readUInt8(body.length - 8) ^ 1, body.length - 8);
  return body;
}

const attacks: readonly Attack[] = [
  {
    name: "A01 a gzip bomb of protobuf is too large",
    counts: TOO_LARGE,
    run: (server) => expectRefused(413, () => sendCoded(server, "gzip", gzipBomb)),
  },
  {
    name: "A02 a gzip bomb of JSON is too large",
    counts: TOO_LARGE,
    run: (server) => expectRefused(413, () => sendCoded(server, "gzip", gzipBomb, JSON_TYPE)),
  },
  {
    name: "A03 a zstd bomb of 256 MB in 8 KB is too large",
    counts: TOO_LARGE,
    async run(server) {
      const bomb = zstdBomb(2048);
      expect(bomb.length).toBeLessThan(8400);
      await expectRefused(413, () => sendCoded(server, "zstd", bomb));
    },
  },
  {
    name: "A04 a zstd frame that declares 8 GiB allocates nothing of it",
    counts: "turnwise_receiver_refused_requests",
    growthMiB: 150,
    run: (server) => expectRefused(413, () => sendCoded(server, "zstd", zstdOfDeclaredSize(2n ** 33n))),
  },
  {
    name: "A05 a zstd frame with a window of 2 GiB allocates nothing of it",
    counts: "turnwise_receiver_refused_requests",
    growthMiB: 150,
    run: (server) => expectRefused(400, () => sendCoded(server, "zstd", zstdOfWindowLog31)),
  },
  {
    name: "A06 a deflate bomb is too large",
    counts: TOO_LARGE,
    run: (server) => expectRefused(413, () => sendCoded(server, "deflate", deflateBomb)),
  },
  {
    name: "A07 gzip inside gzip, declared once, is malformed",
    counts: MALFORMED,
    run: (server) => expectRefused(400, () => sendCoded(server, "gzip", gzipSync(gzipSync(SPANS)))),
  },
  {
    name: "A08 stacked codings are not supported",
    counts: 'reason="content_encoding"',
    run: (server) => expectRefused(415, () => sendCoded(server, "gzip, gzip", gzipSync(gzipSync(SPANS)))),
  },
  {
    name: "A09 gzip that ends at any byte before its end is malformed, for every signal and encoding",
    counts: 'reason="content_encoding"',
    async run(server) {
      for (const { path, headers, body } of bodiesOf(1)) {
        const whole = gzipSync(body);
        const cuts = Array.from({ length: whole.length }, (_, at) => whole.subarray(0, at));
        const gzip = { ...headers, "content-encoding": "gzip" };
        const answers = await Promise.all(cuts.map(async (cut) => send(server, { path, headers: gzip, body: cut })));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
      }
    },
  },
  {
    name: "A10 gzip with a wrong checksum is malformed",
    counts: 'reason="content_encoding"',
    run: (server) => expectRefused(400, () => sendCoded(server, "gzip", withWrongChecksum())),
  },
  {
    name: "A11 garbage behind gzip is malformed",
    counts: 'reason="content_encoding"',
    run: (server) =>
      expectRefused(400, () => sendCoded(server, "gzip", Buffer.concat([gzipSync(SPANS), Buffer.from("more")]))),
  },
  {
    name: "A12 a thousand empty gzip members before the content are taken",
    counts: "otelcol_receiver_accepted_spans",
    async run(server) {
      const members = [...Array.from({ length: 1000 }, () => gzipSync("")), gzipSync(SPANS)];
      expect((await sendCoded(server, "gzip", Buffer.concat(members))).status).toBe(200);
    },
  },
];

describeAttacks("compressed bodies", attacks);
