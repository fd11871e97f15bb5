import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Store } from "../../src/component/store.ts";
import type { TurnstileOptions } from "../../src/api/turnstile.ts";
import { type ApiServer, ask, hello, startApi } from "./api-server.ts";

let server: ApiServer;
afterEach(async () => server.close());

/** A server whose store answers a question for a session only when it is let go on. */
async function startSlow(turnstile: TurnstileOptions) {
  server = await startApi({ turnstile });
  const { id } = await server.store.createMessageSession(hello);
  const held: (() => void)[] = [];
  const getSession = server.store.getSession.bind(server.store);
  const slowly: Store["getSession"] = async (ref) => {
    await new Promise<void>((proceed) => held.push(proceed));
    return getSession(ref);
  };
  vi.spyOn(server.store, "getSession").mockImplementation(slowly);
  return { path: `/api/v1/sessions/${id}`, held };
}

const soon = async () => new Promise((resolve) => setTimeout(resolve, 100));

function openSocket(text: string): Socket {
  const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
  socket.write(text);
  return socket;
}

describe("more requests at the same time than there are places", () => {
  it("wait until one has its answer, in order", async () => {
    const { path, held } = await startSlow({ places: 2, waiting: 10 });
    const answers = Array.from({ length: 5 }, async () => ask(server, path));
    await vi.waitFor(() => expect(held).toHaveLength(2));
    await soon();
    expect(held).toHaveLength(2);
    for (let next = 0; next < 5; next++) {
      await vi.waitFor(() => expect(held.length).toBeGreaterThan(next));
      held[next]?.();
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it("are told to come back when too many wait already", async () => {
    const { path, held } = await startSlow({ places: 1, waiting: 1 });
    const answers = [ask(server, path), ask(server, path)];
    await vi.waitFor(() => expect(held).toHaveLength(1));
    await soon();
    const refused = await ask(server, path);
    expect([refused.status, refused.json?.code, refused.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
    held[0]?.();
    await vi.waitFor(() => expect(held).toHaveLength(2));
    held[1]?.();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("are told so, too, when they have waited for long, and others come after them", async () => {
    const { path, held } = await startSlow({ places: 1, waiting: 10, longestWaitMs: 300 });
    const first = ask(server, path);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    const late = await ask(server, path);
    expect([late.status, late.json?.code, late.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
    const next = ask(server, path);
    held[0]?.();
    await vi.waitFor(() => expect(held).toHaveLength(2));
    held[1]?.();
    expect([(await first).status, (await next).status]).toEqual([200, 200]);
  });

  it("leave no place taken when their connection breaks, pipelined or waiting", async () => {
    const { path, held } = await startSlow({ places: 2, waiting: 100 });
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const sockets = [openSocket(request.repeat(5)), openSocket(request.repeat(5))];
    await vi.waitFor(() => expect(held).toHaveLength(2));
    for (const socket of sockets) socket.destroy();
    await soon();
    for (const proceed of held.splice(0)) proceed();
    const answers = [ask(server, path), ask(server, path)];
    await vi.waitFor(() => expect(held).toHaveLength(2));
    for (const proceed of held) proceed();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("keep their place when their body has been read", async () => {
    const { path, held } = await startSlow({ places: 1, waiting: 10 });
    const closing = ask(server, `${path}/close`, { method: "POST", body: {} });
    await vi.waitFor(() => expect(held).toHaveLength(1));
    const reading = ask(server, path);
    await soon();
    expect(held).toHaveLength(1);
    held[0]?.();
    expect((await closing).status).toBe(202);
    await vi.waitFor(() => expect(held).toHaveLength(2));
    held[1]?.();
    expect((await reading).status).toBe(200);
  });

  it("do not wait for an event stream to end", async () => {
    server = await startApi({ turnstile: { places: 1, waiting: 1 } });
    const { id } = await server.store.createMessageSession(hello);
    const socket = openSocket(`GET /api/v1/sessions/${id}/stream HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    expect((await ask(server, `/api/v1/sessions/${id}`)).status).toBe(200);
    socket.destroy();
  });
});
