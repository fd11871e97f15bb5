import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Endpoint } from "../../src/component/config-schemas.ts";
import { listen, type Listener } from "../../src/component/listen.ts";
import { passOnPorts } from "../../src/service/pass-on-ports.ts";

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

async function portOf(endpoint: Endpoint): Promise<number> {
  const listener = await listen(endpoint, "a::b", () => createServer());
  open.push(listener);
  return listener.port;
}

/** As the parts of a configuration hold endpoints: in maps, objects and lists. */
const configOf = (...endpoints: readonly Endpoint[]) => ({
  receivers: new Map(endpoints.map((endpoint, index) => [`otlp/${index}`, { config: { protocols: [{ endpoint }] } }])),
  service: { apiEndpoint: endpoints[0] },
});
const anyPort = (host = "127.0.0.1"): Endpoint => ({ host, port: 0 });

async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((listener) => listener.close({ graceMs: 0 })));
}

describe("passing ports on to the next configuration", () => {
  test("gives every endpoint that takes any port the one that was given in its place", async () => {
    const [before, after] = [
      [anyPort(), anyPort()],
      [anyPort(), anyPort(), anyPort()],
    ];
    const ports = [await portOf(before[0]!), await portOf(before[1]!)];
    await closeAll();
    passOnPorts(configOf(...before), configOf(...after));
    expect([await portOf(after[0]!), await portOf(after[1]!)]).toEqual(ports);
    expect(ports).not.toContain(await portOf(after[2]!));
  });

  test("passes them on over and over", async () => {
    const [first, second, third] = [anyPort(), anyPort(), anyPort()];
    const port = await portOf(first);
    await closeAll();
    passOnPorts(configOf(first), configOf(second));
    passOnPorts(configOf(second), configOf(third));
    expect(await portOf(third)).toBe(port);
  });

  test("leaves an endpoint alone that names its port or another host", async () => {
    const before = anyPort();
    const port = await portOf(before);
    const elsewhere = anyPort("::1");
    const named = { host: "127.0.0.1", port: await portOf(anyPort()) };
    await closeAll();
    passOnPorts(configOf(before), configOf(elsewhere));
    passOnPorts(configOf(before), configOf(named));
    expect(await portOf(named)).toBe(named.port);
    expect(await portOf(elsewhere)).not.toBe(port);
  });

  test("takes another port when the old one is gone", async () => {
    const [before, after] = [anyPort(), anyPort()];
    const port = await portOf(before);
    passOnPorts(configOf(before), configOf(after));
    expect(await portOf(after)).not.toBe(port);
  });
});
