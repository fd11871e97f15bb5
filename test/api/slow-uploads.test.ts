/** Recordings and datasets that come slowly, over real sockets; only the clock of the pace is the test's. */
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Authenticator } from "../../src/component/extension.ts";
import { createUploadPlaces } from "../../src/api/upload-places.ts";
import { wav } from "../intake/speech-server.ts";
import { type ApiServer, startApi } from "./api-server.ts";
import { plenty } from "./account-caller.ts";

let server: ApiServer;
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

const recordings = { maxBytes: 4 * 1024 * 1024, isOff: false };
const patiently = { timeout: 10_000 };
const soon = async () => new Promise((resolve) => setTimeout(resolve, 100));

/** Of each key an account, or a project. */
const authenticatorFor = (kind: "account" | "project"): Authenticator => ({
  authenticate({ "x-api-key": key }) {
    if (kind === "project") return { project: String(key) };
    const account = { id: String(key), email: `${String(key)}@example.com`, role: "user", limits: plenty } as const;
    return { project: String(key), account };
  },
  clientHeaders: () => ({}),
});

interface Sender {
  readonly from?: string;
  readonly key?: string;
}

/** Sends a form whose recording has begun, or one with a recording that is none, which is soon refused. */
function upload({ from = "127.0.0.1", key = "a" }: Sender, isSlow: boolean): { socket: Socket; status: () => number } {
  const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: from }).on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (data: Buffer) => (received += data.toString("latin1")));
  const part = '--xx\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n';
  const body = Buffer.concat([
    Buffer.from(part),
    isSlow ? wav() : Buffer.from("this is no recording, of no container"),
    Buffer.from("\r\n--xx--\r\n"),
  ]);
  const length = isSlow ? 1_000_000 : body.length;
  socket.write(
    `POST /api/v1/traces/voice HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${key}\r\nContent-Type: multipart/form-data; boundary=xx\r\nContent-Length: ${length}\r\n\r\n`,
  );
  socket.write(isSlow ? body.subarray(0, 5000) : body);
  return { socket, status: () => Number(received.slice(9, 12)) };
}

async function statusOf(sender: Sender): Promise<number> {
  const sent = upload(sender, false);
  await vi.waitFor(() => expect(sent.status()).toBeGreaterThan(0), patiently);
  return sent.status();
}

describe("slow recordings of one sender", () => {
  it.each<[string, Sender, Sender, Authenticator | undefined]>([
    ["account, at whatever address", { key: "a" }, { key: "b" }, authenticatorFor("account")],
    ["project, at whatever address", { key: "a" }, { key: "b" }, authenticatorFor("project")],
    ["address, where nobody is asked", { from: "127.0.0.2" }, { from: "127.0.0.1" }, undefined],
  ])("keep nobody else out: of one %s", async (_what, sender, other, authenticator) => {
    server = await startApi({ recordings, ...(authenticator && { authenticator }) });
    const slow = Array.from({ length: 40 }, () => upload(sender, true));
    await vi.waitFor(() => expect(slow.filter(({ status }) => status() === 503)).toHaveLength(32), patiently);
    const again = authenticator === undefined ? sender : { ...sender, from: "127.0.0.2" };
    expect([await statusOf(again), await statusOf(other)]).toEqual([503, 422]);
    for (const { socket } of slow) socket.destroy();
    await vi.waitFor(async () => expect(await statusOf(sender)).toBe(422), patiently);
  });
});

describe("a recording that trickles", () => {
  it("is told so, and gives its place back", async () => {
    server = await startApi({ recordings });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const slow = Array.from({ length: 8 }, () => upload({}, true));
    await vi.waitFor(async () => expect(await statusOf({})).toBe(503), patiently);
    vi.advanceTimersByTime(10_000);
    await soon();
    expect(slow.map(({ status }) => status())).toEqual(slow.map(() => 0));
    vi.advanceTimersByTime(10_000);
    await vi.waitFor(() => expect(slow.map(({ status }) => status())).toEqual(slow.map(() => 408)), patiently);
    await vi.waitFor(async () => expect(await statusOf({})).toBe(422), patiently);
  });

  it("goes on as long as enough comes", async () => {
    server = await startApi({ recordings });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const slow = upload({}, true);
    for (let window = 0; window < 4; window++) {
      await soon();
      vi.advanceTimersByTime(10_000);
      slow.socket.write(Buffer.alloc(2500));
    }
    await soon();
    expect(slow.status()).toBe(0);
  });
});

describe("a dataset that trickles", () => {
  it("is told so, and nothing of it stays", async () => {
    const limits = { maxDatasetBytes: 1_000_000, maxDatasetItems: 1000, requestsPerMinute: 1000 };
    server = await startApi({ evaluation: { wake: () => undefined, waitingOf: () => undefined, limits } });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const socket = connect({ port: server.port, host: "127.0.0.1" }).on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    let received = "";
    socket.on("data", (data: Buffer) => (received += data.toString("latin1")));
    const head = "POST /v2/datasets?name=slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jsonl\r\n";
    socket.write(`${head}Content-Length: 1000000\r\n\r\n${'{"input":"a","output":"b"}\n'.repeat(600)}`);
    await soon();
    vi.advanceTimersByTime(10_000);
    await soon();
    expect(received).toBe("");
    await vi.waitFor(() => {
      vi.advanceTimersByTime(10_000);
      expect(received).toMatch(/^HTTP\/1.1 408 [^]*"too_slow"/);
    }, patiently);
    const { total } = await server.store.evaluations.findDatasets({ project: "default", page: 1, pageSize: 1 });
    expect(total).toBe(0);
  });
});

describe("places for uploads", () => {
  it("are so many in all, and for each so many of them", () => {
    server = { close: async () => undefined } as unknown as ApiServer;
    const places = createUploadPlaces({ places: 3, each: 2 });
    const [first, second] = [places.take("a"), places.take("a")];
    expect([places.take("a"), places.take("b") === undefined, places.take("c")]).toEqual([undefined, false, undefined]);
    first?.();
    expect([places.take("c") === undefined, places.take("a")]).toEqual([false, undefined]);
    second?.();
    expect(places.take("a")).toBeDefined();
  });
});
