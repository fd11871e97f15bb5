import type { LookupAddress } from "node:dns";
import { afterEach, describe, expect, it } from "vitest";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { createBoundedFetch, type ResolveName } from "../../src/llm/bounded-fetch.ts";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A resolver to which every name is at these addresses. */
const resolveTo =
  (...addresses: LookupAddress[]): ResolveName =>
  (_, __, callback) =>
    callback(null, addresses);

async function start(resolver?: ResolveName) {
  const model = await startScriptedModel(({ headers }) => ({
    headers: { "x-seen": headers["x-sent"] ?? "" },
    body: { ok: true },
  }));
  const bounded = createBoundedFetch(1_000, resolver === undefined ? {} : { resolveName: resolver });
  closing.push(
    () => bounded.close(),
    () => model.close(),
  );
  return { model, bounded, port: new URL(model.url).port };
}

describe("createBoundedFetch", () => {
  it("sends method, headers and body, and gives back status, headers and body", async () => {
    const { bounded, model } = await start();
    const response = await bounded.fetch(`${model.url}/x`, {
      method: "POST",
      headers: { "X-Sent": "yes" },
      body: '{"a":1}',
    });
    expect([response.status, response.headers.get("x-seen"), await response.json()]).toEqual([
      200,
      "yes",
      { ok: true },
    ]);
    expect(model.requests[0]).toMatchObject({ method: "POST", path: "/v1/x", body: { a: 1 } });
  });

  it("reaches hosts by name", async () => {
    const { bounded, port } = await start();
    expect((await bounded.fetch(`http://localhost:${port}/v1`)).status).toBe(200);
  });

  it("reaches a host by the addresses its name has", async () => {
    const { bounded, port } = await start(resolveTo({ address: "127.0.0.1", family: 4 }));
    expect((await bounded.fetch(`http://model.example:${port}/v1`)).status).toBe(200);
  });

  const forbidden: LookupAddress[] = [
    { address: "169.254.169.254", family: 4 },
    { address: "::ffff:169.254.169.254", family: 6 },
    { address: "fe80::1", family: 6 },
  ];
  for (const address of forbidden) {
    it(`does not connect when the name leads to ${address.address}, whatever else it leads to`, async () => {
      const { bounded, model, port } = await start(resolveTo({ address: "127.0.0.1", family: 4 }, address));
      await expect(bounded.fetch(`http://model.example:${port}/v1`)).rejects.toMatchObject({
        code: "FORBIDDEN_ADDRESS",
      });
      expect(model.requests).toHaveLength(0);
    });
  }

  it("ends when its signal does", async () => {
    const { bounded, model } = await start();
    await expect(bounded.fetch(model.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
