/** What exporters set aside, over the API: whose it is, in pages, sent again or dropped. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parkedPageSchema } from "../../src/api/contract.ts";
import { bearerTokenAuth } from "../../src/extensions/bearer-token-auth.ts";
import type { Authenticator } from "../../src/component/extension.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  const tokens = ["ours", "theirs"].map((project) => ({ token: `key-of-${project}`, project }));
  const context = { id: "bearertokenauth", logger: recordingLogger(), telemetry: { count() {}, gauge() {} } };
  const config = bearerTokenAuth.configSchema.parse({ tokens });
  const authenticator = bearerTokenAuth.create(config, {
    ...context,
    isReady: () => true,
    ...noNeeds,
  }) as Authenticator;
  api = await startApi({ authenticator });
});
afterAll(async () => {
  await api.close();
});

const bearer = (project: string) => ({ authorization: `Bearer key-of-${project}` });

/** Puts so many requests of a project aside. */
async function park(exporter: string, project: string, times: number): Promise<void> {
  const queue = api.store.sendingQueueOf(exporter);
  for (let time = 0; time < times; time += 1) {
    await queue.put({ project, signal: "logs", count: 2, bytes: Buffer.from("bytes") });
    await queue.park((await queue.next(0))!, "the server answered 403");
  }
}

async function list(query: string, project = "ours") {
  const { status, json } = await ask(api, `/api/v1/parked-requests${query}`, { headers: bearer(project) });
  expect(status).toBe(200);
  return parkedPageSchema.parse(json);
}

describe("/api/v1/parked-requests", () => {
  it("lists a project's own, oldest first, in pages and by exporter", async () => {
    await park("otlp_http/a", "ours", 3);
    await park("otlp_http/b", "ours", 1);
    const page = await list("?limit=3");
    expect(page.requests).toMatchObject(
      [1, 2, 3].map(() => ({
        exporter: "otlp_http/a",
        signal: "logs",
        records: 2,
        bytes: 5,
        attempts: 0,
        reason: "the server answered 403",
      })),
    );
    const rest = await list(`?limit=3&cursor=${page.next_cursor}`);
    expect([rest.requests.map(({ exporter }) => exporter), rest.next_cursor]).toEqual([["otlp_http/b"], null]);
    expect((await list("?exporter=otlp_http/b")).requests).toHaveLength(1);
    expect((await list("", "theirs")).requests).toEqual([]);
  });

  it.each([
    ["retry", "POST", "/retry", 1],
    ["drop", "DELETE", "", 0],
  ])("%s: only for whoever it belongs to", async (name, method, suffix, waiting) => {
    await park(`otlp_http/${name}`, "ours", 1);
    const { requests } = await list(`?exporter=otlp_http/${name}`);
    const path = `/api/v1/parked-requests/${requests[0]?.id}${suffix}`;
    const stranger = await ask(api, path, { method, headers: bearer("theirs") });
    expect([stranger.status, stranger.json?.code]).toEqual([404, "not_found"]);
    expect((await ask(api, path, { method, headers: bearer("ours") })).status).toBe(204);
    expect((await ask(api, path, { method, headers: bearer("ours") })).status).toBe(404);
    expect((await list(`?exporter=otlp_http/${name}`)).requests).toEqual([]);
    expect(await api.store.sendingQueueOf(`otlp_http/${name}`).size()).toMatchObject({ requests: waiting });
  });

  it.each(["x", "-1", "1.5", "9".repeat(20), "1%20OR%201=1"])("knows no request %s", async (number) => {
    const { status, json } = await ask(api, `/api/v1/parked-requests/${number}`, {
      method: "DELETE",
      headers: bearer("ours"),
    });
    expect([status, json?.code]).toEqual([404, "not_found"]);
  });
});
