/** XXH64 with seed 0, which Zstandard's checksums are made of. Source: Cyan4973/xxHash `doc/xxhash_spec.md`. */

const PRIME_1 = 0x9e37_79b1_85eb_ca87n;
const PRIME_2 = 0xc2b2_ae3d_27d4_eb4fn;
const PRIME_3 = 0x1656_67b1_9e37_79f9n;
const PRIME_4 = 0x85eb_ca77_c2b2_ae63n;
const PRIME_5 = 0x27d4_eb2f_1656_67c5n;

const STRIPE = 32;
const LANES = 4;
/** What the lanes begin with. */
const SEEDS = [PRIME_1 + PRIME_2, PRIME_2, 0n, -PRIME_1];

export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stripes = Math.floor(bytes.length / STRIPE);
  const start = stripes === 0 ? PRIME_5 : mergeLanes(readStripes(view, stripes));
  return avalanche(addTail(view, stripes * STRIPE, uint64(start + BigInt(bytes.length))));
}

const uint64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const multiply = (left: bigint, right: bigint): bigint => uint64(left * right);
const rotate = (value: bigint, bits: bigint): bigint => uint64((value << bits) | (value >> (64n - bits)));
const round = (lane: bigint, input: bigint): bigint =>
  multiply(rotate(uint64(lane + multiply(input, PRIME_2)), 31n), PRIME_1);

function mergeLanes(lanes: readonly bigint[]): bigint {
  const [first = 0n, second = 0n, third = 0n, fourth = 0n] = lanes;
  const sum = uint64(rotate(first, 1n) + rotate(second, 7n) + rotate(third, 12n) + rotate(fourth, 18n));
  return lanes.reduce((hash, lane) => uint64(multiply(hash ^ round(0n, lane), PRIME_1) + PRIME_4), sum);
}

/** The bytes behind the last whole stripe. */
function addTail(view: DataView, start: number, begun: bigint): bigint {
  let hash = begun;
  let at = start;
  for (; at + 8 <= view.byteLength; at += 8)
    hash = uint64(multiply(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n), PRIME_1) + PRIME_4);
  if (at + 4 <= view.byteLength) {
    const word = BigInt(view.getUint32(at, true));
    hash = uint64(multiply(rotate(hash ^ multiply(word, PRIME_1), 23n), PRIME_2) + PRIME_3);
    at += 4;
  }
  for (; at < view.byteLength; at += 1)
    hash = multiply(rotate(hash ^ multiply(BigInt(view.getUint8(at)), PRIME_5), 11n), PRIME_1);
  return hash;
}

function avalanche(begun: bigint): bigint {
  let hash = multiply(begun ^ (begun >> 33n), PRIME_2);
  hash = multiply(hash ^ (hash >> 29n), PRIME_3);
  return hash ^ (hash >> 32n);
}

const high = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));
const low = (value: bigint): number => Number(BigInt.asIntN(32, value));

const PRIME_1_HIGH = high(PRIME_1);
const PRIME_1_LOW = low(PRIME_1);
const PRIME_2_HIGH = high(PRIME_2);
const PRIME_2_LOW = low(PRIME_2);

/** All the work is here, and a BigInt for each number would make it ten times as long: so in halves of 32 bits. */
function readStripes(view: DataView, stripes: number): readonly bigint[] {
  const highs = Int32Array.from(SEEDS, high);
  const lows = Int32Array.from(SEEDS, low);
  for (let stripe = 0; stripe < stripes; stripe += 1)
    for (let lane = 0; lane < LANES; lane += 1) {
      const at = stripe * STRIPE + lane * 8;
      multiplyHalves(view.getInt32(at + 4, true), view.getInt32(at, true), PRIME_2_HIGH, PRIME_2_LOW);
      const sum = (productLow >>> 0) + ((lows[lane] ?? 0) >>> 0);
      const sumHigh = (productHigh + (highs[lane] ?? 0) + (sum > 0xffff_ffff ? 1 : 0)) | 0;
      // Rotated by 31 bits.
      multiplyHalves((sumHigh << 31) | ((sum | 0) >>> 1), (sum << 31) | (sumHigh >>> 1), PRIME_1_HIGH, PRIME_1_LOW);
      highs[lane] = productHigh;
      lows[lane] = productLow;
    }
  return SEEDS.map((_, lane) => (BigInt((highs[lane] ?? 0) >>> 0) << 32n) | BigInt((lows[lane] ?? 0) >>> 0));
}

/** What multiplyHalves came to. */
let productHigh = 0;
let productLow = 0;

/** The lower 64 bits of a product, from products of 16 bits each, of which Math.imul loses nothing. */
function multiplyHalves(leftHigh: number, leftLow: number, rightHigh: number, rightLow: number): void {
  const a = leftLow >>> 16;
  const b = leftLow & 0xffff;
  const c = rightLow >>> 16;
  const d = rightLow & 0xffff;
  const ad = Math.imul(a, d);
  const bc = Math.imul(b, c);
  const bd = Math.imul(b, d);
  const middle = (bd >>> 16) + (ad & 0xffff) + (bc & 0xffff);
  const carried = Math.imul(a, c) + (ad >>> 16) + (bc >>> 16) + (middle >>> 16);
  productLow = (middle << 16) | (bd & 0xffff);
  productHigh = (carried + Math.imul(leftHigh, rightLow) + Math.imul(leftLow, rightHigh)) | 0;
}
