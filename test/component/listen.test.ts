import { createServer, request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isLoopback, listen, type Listener } from "../../src/component/listen.ts";

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close(0)));
});

async function listening(host: string, port = 0, answer: () => Promise<string> = async () => "ok") {
  const create = () => createServer((_, response) => void answer().then((text) => response.end(text)));
  const listener = await listen({ host, port }, "a::b", create);
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
      remedy: expect.stringContaining("localhost") as unknown,
    });
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

  test("cuts what is not done in time, and idle connections at once", async () => {
    const listener = await listening("127.0.0.1", 0, () => new Promise(() => undefined));
    const idle = connect(listener.port, "127.0.0.1");
    const hanging = new Promise((resolve) => {
      request(listener.url).on("error", resolve).end();
    });
    await new Promise((resolve) => idle.once("connect", resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begin = performance.now();
    await listener.close(100);
    expect(performance.now() - begin).toBeLessThan(2000);
    await hanging;
    await listener.close(100);
    idle.destroy();
  });
});
