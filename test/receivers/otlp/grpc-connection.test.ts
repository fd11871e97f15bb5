/** gRPC connections: where they are taken, how long they live, how they end. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { ClientHttp2Session, SecureClientSessionOptions } from "node:http2";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { otlpReceiver } from "../../../src/receivers/otlp/otlp-receiver.ts";
import { createTelemetry } from "../../../src/service/telemetry.ts";
import { answerOf, beginCall, callOver, callRaw, frameOf, openSession, until } from "../../support/http2-client.ts";
import { frame, opening, openSocket } from "../../support/http2-frames.ts";
import { noNeeds } from "../../support/no-needs.ts";
import { portOf } from "../../support/port-of.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { spansBody } from "./bodies.ts";
import { parseConfig, type ReceiverOptions, send, startReceiver } from "./receiver.ts";

const message = frameOf(spansBody());
const pieces = [message];

async function connected(grpc: ReceiverOptions["grpc"], options: Omit<ReceiverOptions, "grpc"> = {}) {
  const receiver = await startReceiver({ ...options, grpc: grpc ?? {} });
  const session = await openSession(receiver.grpcAddress);
  onTestFinished(() => session.destroy());
  return { receiver, session };
}

async function startWith(protocols: object) {
  const pipelines = { traces: { admit: () => undefined, deliver: async () => undefined } };
  const receiver = otlpReceiver.create(parseConfig({ protocols }), {
    ...noNeeds,
    id: "otlp/a",
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    pipelines,
  });
  onTestFinished(async () => receiver.shutdown?.());
  await receiver.start?.();
  return receiver;
}

async function occupiedPort(): Promise<number> {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  return portOf(taken);
}

describe("starting", () => {
  test("on a port that is taken fails with a remedy", async () => {
    const endpoint = `127.0.0.1:${await occupiedPort()}`;
    await expect(startWith({ grpc: { endpoint } })).rejects.toMatchObject({
      code: "port_in_use",
      message: `receivers::otlp/a::protocols::grpc::endpoint: another program listens on ${endpoint}`,
      remedy: expect.stringContaining("choose another port") as unknown,
    });
  });

  test("beyond this machine needs an authenticator", async () => {
    await expect(startWith({ grpc: { endpoint: "0.0.0.0:0" } })).rejects.toMatchObject({ code: "endpoint_not_local" });
  });

  test("when HTTP cannot, leaves gRPC's port free", async () => {
    const free = await occupiedThenFree();
    const grpc = { endpoint: `127.0.0.1:${free}` };
    const http = { endpoint: `127.0.0.1:${await occupiedPort()}` };
    await expect(startWith({ grpc, http })).rejects.toMatchObject({ code: "port_in_use" });
    const receiver = await startWith({ grpc });
    expect(receiver.urls?.()).toEqual([`grpc://127.0.0.1:${free}`]);
  });

  test("on localhost serves 127.0.0.1 and, where there is one, ::1, on the same port", async () => {
    const receiver = await startWith({ grpc: { endpoint: "localhost:0" } });
    const [url = ""] = receiver.urls?.() ?? [];
    expect(url).toMatch(/^grpc:\/\/localhost:[1-9]\d*$/);
    const addresses = Object.values(networkInterfaces()).flatMap((found = []) => found.map(({ address }) => address));
    const hosts = ["127.0.0.1", ...(addresses.includes("::1") ? ["[::1]"] : [])];
    for (const host of hosts) expect((await callRaw(`${host}:${new URL(url).port}`, { pieces })).code).toBe(0);
  });

  test("without HTTP is enough, and says where", async () => {
    const receiver = await startWith({ grpc: { endpoint: "127.0.0.1:0" } });
    expect(receiver.urls?.()).toEqual([expect.stringMatching(/^grpc:\/\/127\.0\.0\.1:\d+$/)]);
  });

  test("with HTTP says where both are, HTTP first", async () => {
    const any = { endpoint: "127.0.0.1:0" };
    const receiver = await startWith({ grpc: any, http: any });
    expect(receiver.urls?.().map((url) => url.slice(0, url.indexOf(":")))).toEqual(["http", "grpc"]);
  });
});

async function occupiedThenFree(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("shutting down", () => {
  test("lets calls under way finish and takes no new ones", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { receiver, session } = await connected({}, { deliver: async () => held });
    const running = callOver(session, { pieces });
    await sleep(50);
    const stopped = receiver.shutdown();
    await until(() => session.closed);
    await expect(openSession(receiver.grpcAddress)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    release();
    expect((await running).code).toBe(0);
    await stopped;
    expect(receiver.delivered).toHaveLength(1);
  });

  test("does not wait for connections without a call, nor for those that never became one", async () => {
    const { receiver } = await connected({});
    const { closed } = await openSocket(receiver.grpcAddress);
    const began = performance.now();
    await receiver.shutdown();
    await closed;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test("cuts what is not done when it is told to hurry", async () => {
    const hurry = new AbortController();
    const receiver = await startWith({ grpc: { endpoint: "127.0.0.1:0" } });
    const [url = ""] = receiver.urls?.() ?? [];
    const session = await openSession(url.replace("grpc://", ""));
    const answer = answerOf(beginCall(session));
    const stopped = receiver.shutdown?.(hurry.signal);
    await sleep(50);
    hurry.abort();
    await stopped;
    expect((await answer).code).toBeNaN();
  });
});

describe("a connection", () => {
  const closeOf = async (session: ClientHttp2Session): Promise<number> => {
    const began = performance.now();
    if (!session.destroyed) await once(session, "close");
    return performance.now() - began;
  };

  test("without a call for longer than max_connection_idle is closed, one with a call is not", async () => {
    const keepalive = { server_parameters: { max_connection_idle: "100ms" } };
    const { session } = await connected({ keepalive }, { deliver: async () => sleep(300) });
    expect((await callOver(session, { pieces })).code).toBe(0);
    expect(session.closed).toBe(false);
    expect(await closeOf(session)).toBeGreaterThan(50);
  });

  test("older than max_connection_age is closed after its calls, or after the grace", async () => {
    const keepalive = { server_parameters: { max_connection_age: "100ms" } };
    const patient = await connected({ keepalive }, { deliver: async () => sleep(300) });
    expect((await callOver(patient.session, { pieces })).code).toBe(0);
    await closeOf(patient.session);
    const hasty = { server_parameters: { max_connection_age: "50ms", max_connection_age_grace: "50ms" } };
    const cut = await connected({ keepalive: hasty }, { deliver: async () => sleep(500) });
    expect((await callOver(cut.session, { pieces })).code).toBeNaN();
  });

  test("whose sender does not answer pings is closed, one whose sender does is not", async () => {
    const keepalive = { server_parameters: { time: "50ms", timeout: "1s" } };
    const { receiver, session } = await connected({ keepalive });
    const silent = await openSocket(receiver.grpcAddress);
    silent.socket.write(opening());
    await silent.closed;
    await sleep(200);
    expect((await callOver(session, { pieces })).code).toBe(0);
  });

  const pingOften = async (session: ClientHttp2Session, times: number): Promise<void> => {
    for (let number = 0; number < times && !session.destroyed; number += 1)
      await new Promise<void>((resolve) => void session.ping(() => resolve()));
  };
  const goAwayOf = async (session: ClientHttp2Session) => {
    const [code, , data] = (await once(session, "goaway")) as [number, number, Buffer];
    return [code, data.toString()];
  };

  test("that is pinged more often than min_time is ended, in grpc's words", async () => {
    const { session } = await connected({});
    const goAway = goAwayOf(session);
    await pingOften(session, 10);
    expect(await goAway).toEqual([11, "too_many_pings"]);
  });

  test("may be pinged as often as the configuration says, and after every call", async () => {
    const policy = { min_time: "1us", permit_without_stream: true };
    const { session } = await connected({ keepalive: { enforcement_policy: policy } });
    await pingOften(session, 50);
    expect(session.destroyed).toBe(false);
    const strict = await connected({});
    for (let number = 0; number < 10; number += 1) {
      expect((await callOver(strict.session, { pieces })).code).toBe(0);
      await pingOften(strict.session, 1);
    }
    expect(strict.session.destroyed).toBe(false);
  });

  test("has the streams that the configuration allows, and further calls wait", async () => {
    let most = 0;
    let now = 0;
    const deliver = async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await sleep(5);
      now -= 1;
    };
    const { session } = await connected({ max_concurrent_streams: 4 }, { deliver });
    const answers = await Promise.all(Array.from({ length: 40 }, async () => callOver(session, { pieces })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0]));
    expect(most).toBe(4);
  });

  test("that floods with pings before anything else is ended", async () => {
    const { receiver } = await connected({});
    const raw = await openSocket(receiver.grpcAddress);
    raw.socket.write(
      Buffer.concat([opening(), ...Array.from({ length: 1000 }, () => frame("ping", 0, Buffer.alloc(8)))]),
    );
    await raw.closed;
    expect((await send(receiver, { body: spansBody() })).status).toBe(200);
  });
});

describe("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-tls-"));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  beforeAll(() => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...key, ...subject, "-keyout", keyFile, "-out", certFile], {
      stdio: "ignore",
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const overTls = async (address: string, options: SecureClientSessionOptions) => {
    const session = await openSession(address, options);
    onTestFinished(() => session.destroy());
    return callOver(session, { pieces });
  };

  test("is spoken when there is a certificate, and nothing else then", async () => {
    const receiver = await startReceiver({ grpc: { tls: { cert_file: certFile, key_file: keyFile } } });
    expect((await overTls(receiver.grpcAddress, { ca: readFileSync(certFile) })).code).toBe(0);
    await expect(openSession(receiver.grpcAddress)).rejects.toBeDefined();
    await expect(overTls(receiver.grpcAddress, {})).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  test("takes only clients that client_ca_file vouches for", async () => {
    const tls = { cert_file: certFile, key_file: keyFile, client_ca_file: certFile };
    const receiver = await startReceiver({ grpc: { tls } });
    const [ca, key] = [readFileSync(certFile), readFileSync(keyFile)];
    expect((await overTls(receiver.grpcAddress, { ca, cert: ca, key })).code).toBe(0);
    const [host = "", port = ""] = receiver.grpcAddress.split(":");
    const stranger = connectTls({ host, port: Number(port), ca, ALPNProtocols: ["h2"] });
    const failure = new Promise((resolve) => stranger.on("error", resolve));
    expect(await failure).toMatchObject({ code: expect.stringMatching(/CERTIFICATE_REQUIRED|ECONNRESET/) as unknown });
    expect(receiver.delivered).toHaveLength(1);
  });
});
