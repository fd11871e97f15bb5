import { Agent, createServer, get, request } from "node:http";
import { connect, createServer as createNetServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { isLoopback, listen, type Listener, type ListenOptions } from "../../src/component/listen.ts";

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

async function listening(
  host: string,
  port = 0,
  answer: () => Promise<string> = async () => "ok",
  options: ListenOptions = {},
) {
  const create = () => createServer((_, response) => void answer().then((text) => response.end(text)));
  const listener = await listen({ host, port }, "a::b", create, options);
  open.push(listener);
  return listener;
}

describe("listen", () => {
  test("opens localhost on both loopback addresses with one port", async () => {
    const { url, port } = await listening("localhost");
    expect(url).toBe(`http://localhost:${port}`);
    for (const host of ["127.0.0.1", "[::1]"]) expect(await (await fetch(`http://${host}:${port}`)).text()).toBe("ok");
  });

  test("opens one address when one is named", async () => {
    const { port } = await listening("127.0.0.1");
    await expect(fetch(`http://[::1]:${port}`)).rejects.toThrow("fetch failed");
    const { url } = await listening("::1");
    expect(await (await fetch(url)).text()).toBe("ok");
  });

  test.each(["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.example.com"])("refuses %s", async (host) => {
    expect(isLoopback(host)).toBe(false);
    await expect(listening(host)).rejects.toMatchObject({
      code: "endpoint_not_local",
      remedy: expect.stringContaining("bearertokenauth") as unknown,
    });
  });

  test.each<ListenOptions>([{ authenticated: true }, { public: true }])(
    "lets other machines connect with %j",
    async (options) => {
      const { url } = await listening("0.0.0.0", 0, undefined, options);
      expect(url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
    },
  );

  test.each<[ListenOptions, string]>([
    [{ authenticated: false }, "bearertokenauth"],
    [{ tls: true }, "bearertokenauth"],
    [{ public: false }, "public: true"],
  ])("does not let other machines connect with %j, and says what would: %s", async (options, remedy) => {
    await expect(listening("0.0.0.0", 0, undefined, options)).rejects.toMatchObject({
      code: "endpoint_not_local",
      remedy: expect.stringContaining(remedy) as unknown,
    });
  });

  test("says which of its own endpoints has the port, as long as it has it", async () => {
    const first = await listening("127.0.0.1");
    const { port } = first;
    const second = async () => listen({ host: "127.0.0.1", port }, "c::d", () => createServer());
    await expect(second()).rejects.toMatchObject({
      code: "port_in_use",
      message: `c::d: 127.0.0.1:${port} is what a::b listens on`,
      remedy: "Give each of the two a port of its own (0 takes a free one)",
    });
    await first.close();
    const other = createNetServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    await expect(second()).rejects.toThrow(`c::d: another program listens on 127.0.0.1:${port}`);
    other.close();
  });

  test.each(["127.0.0.1", "::1"])(
    "refuses localhost when the port is taken on %s, and leaves nothing open",
    async (host) => {
      const { port } = await listening(host);
      await expect(listening("localhost", port)).rejects.toMatchObject({ code: "port_in_use" });
      const other = host === "::1" ? "127.0.0.1" : "::1";
      expect((await listening(other, port)).port).toBe(port);
    },
  );

  test("says which setting is wrong when an address does not exist here", async () => {
    await expect(listening("127.0.0.999")).rejects.toMatchObject({
      code: "address_unavailable",
      message: expect.stringMatching(/^a::b: /) as unknown,
    });
  });

  test("lets running requests finish when it closes, and takes no new ones", async () => {
    let finish: (text: string) => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const listener = await listening("127.0.0.1", 0, () => {
      begin();
      return new Promise((resolve) => (finish = resolve));
    });
    const answer = fetch(listener.url);
    await begun;
    const closing = listener.close();
    await expect(fetch(listener.url)).rejects.toThrow("fetch failed");
    finish("late");
    expect(await (await answer).text()).toBe("late");
    await closing;
  });

  test("closes under a connection that never rests, and every answer it began arrives whole", async () => {
    const listener = await listening("127.0.0.1", 0, async () => "x".repeat(100_000));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        get(listener.url, { agent }, (response) => void text(response).then(resolve, reject)).on("error", reject);
      });
    const answers: string[] = [];
    const asking = (async () => {
      for (;;) answers.push(await ask());
    })().catch((error: unknown) => error);
    await expect.poll(() => answers.length).toBeGreaterThan(5);
    const begin = performance.now();
    await listener.close();
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(await asking).toMatchObject({ code: expect.stringMatching(/^ECONN(?:REFUSED|RESET)$/) as unknown });
    expect(new Set(answers.map(({ length }) => length))).toEqual(new Set([100_000]));
    agent.destroy();
  });

  test.each(["before", "while"])("cuts everything when it is hurried %s it closes", async (when) => {
    const listener = await listening("127.0.0.1", 0, () => new Promise(() => undefined));
    const hanging = new Promise((resolve) => {
      request(listener.url).on("error", resolve).end();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const hurry = new AbortController();
    if (when === "before") hurry.abort();
    const begin = performance.now();
    const closing = listener.close({ hurry: hurry.signal });
    hurry.abort();
    await closing;
    expect(performance.now() - begin).toBeLessThan(2000);
    await hanging;
  });

  test("cuts what is not done in time, and idle connections at once", async () => {
    const listener = await listening("127.0.0.1", 0, () => new Promise(() => undefined));
    const idle = connect(listener.port, "127.0.0.1");
    const hanging = new Promise((resolve) => {
      request(listener.url).on("error", resolve).end();
    });
    await new Promise((resolve) => idle.once("connect", resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begin = performance.now();
    await listener.close({ graceMs: 100 });
    expect(performance.now() - begin).toBeLessThan(2000);
    await hanging;
    await listener.close({ graceMs: 100 });
    idle.destroy();
  });
});
