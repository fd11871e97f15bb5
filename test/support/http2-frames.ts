/** HTTP/2 frames by hand, over a plain socket: what no library would send. Source: RFC 9113, RFC 7541. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { TRACES_PATH } from "./http2-client.ts";

export const FRAME_TYPES = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(
  type: keyof typeof FRAME_TYPES,
  stream = 0,
  payload: Uint8Array = Buffer.alloc(0),
  flags = 0,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(FRAME_TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** What a client says first. */
export const opening = (): Buffer => Buffer.concat([PREFACE, frame("settings")]);

/** The header block of a call to the traces service, and further fields of it: indexed fields, and literals without indexing. */
export function headerBlock(more: readonly (readonly [name: string, value: string])[] = []): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0]), text(name), text(value)]);
  return Buffer.concat([
    Buffer.from([0x83, 0x86, 0x04]),
    text(TRACES_PATH),
    Buffer.from([0x01]),
    text("x"),
    literal("content-type", "application/grpc"),
    literal("te", "trailers"),
    ...more.map(([name, value]) => literal(name, value)),
  ]);
}

export interface FrameSocket {
  readonly socket: Socket;
  /** What has come back so far. */
  readonly frames: () => readonly Frame[];
  readonly closed: Promise<unknown>;
}

/** Sends what it is given as it is. */
export async function openSocket(address: string): Promise<FrameSocket> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect(Number(port), host).setNoDelay(true);
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await once(socket, "connect");
  return { socket, frames: () => framesIn(received), closed };
}

function framesIn(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + 9, at + 9 + length);
    if (payload.length < length) break;
    const stream = bytes.readUInt32BE(at + 5);
    frames.push({ type: bytes.readUInt8(at + 3), flags: bytes.readUInt8(at + 4), stream, payload });
    at += 9 + length;
  }
  return frames;
}
