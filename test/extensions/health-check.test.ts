import { afterEach, describe, expect, test } from "vitest";
import type { Component } from "../../src/component/component.ts";
import { healthCheck } from "../../src/extensions/health-check.ts";
import { StartError } from "../../src/model/errors.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const running: Component[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (component) => component.shutdown?.()));
});

async function startHealthCheck(config: object, state = { ready: true }) {
  const extension = healthCheck.create(healthCheck.configSchema.parse(config), {
    id: "health_check",
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    isReady: () => state.ready,
    ...noNeeds,
  });
  running.push(extension);
  await extension.start?.();
  const [url = ""] = extension.urls?.() ?? [];
  return { extension, url, state };
}

const anyPort = { endpoint: "127.0.0.1:0" };

describe("the health check", () => {
  test("listens on the collector's address unless told otherwise", () => {
    const endpoint = { host: "localhost", port: 13_133 };
    expect(healthCheck.configSchema.parse({})).toEqual({
      endpoint,
      path: "/",
      public: false,
      response_body: {},
    });
  });

  test("says since when the server takes data", async () => {
    const { url } = await startHealthCheck(anyPort);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "Server available",
      upSince: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
      uptime: expect.stringMatching(/^\d+\.\d{3}s$/) as unknown,
    });
  });

  test("answers with the text that it was given", async () => {
    const { url } = await startHealthCheck({ ...anyPort, response_body: { healthy: "I'm good" } });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, "I'm good"]);
  });

  test("turns red when the server stops, and green again", async () => {
    const { url, state } = await startHealthCheck(anyPort);
    state.ready = false;
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([503, { status: "Server not available" }]);
    state.ready = true;
    expect((await fetch(url)).status).toBe(200);
  });

  test.each([
    ["GET", "/other", 404],
    ["GET", "/?verbose", 200],
    ["HEAD", "/", 200],
    ["POST", "/", 405],
    ["GET", "/%zz", 404],
  ])("%s %s is answered with %d", async (method, path, status) => {
    const { url } = await startHealthCheck(anyPort);
    expect((await fetch(url.slice(0, -1) + path, { method })).status).toBe(status);
  });

  test("may answer at another path", async () => {
    const { url } = await startHealthCheck({ ...anyPort, path: "/health" });
    expect(url).toMatch(/\/health$/);
    expect((await fetch(url)).status).toBe(200);
  });

  test("refuses an occupied port with a remedy, and one that other machines reach", async () => {
    const { url } = await startHealthCheck(anyPort);
    const { port } = new URL(url);
    await expect(startHealthCheck({ endpoint: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: "port_in_use",
      message: `extensions::health_check::endpoint: 127.0.0.1:${port} is what extensions::health_check::endpoint listens on`,
      remedy: expect.stringContaining("a port of its own") as unknown,
    });
    const reachable = startHealthCheck({ endpoint: "0.0.0.0:0" });
    await expect(reachable).rejects.toBeInstanceOf(StartError);
    await expect(reachable).rejects.toMatchObject({ remedy: expect.stringContaining("public: true") as unknown });
  });

  test("answers other machines when it is said to be public", async () => {
    const { url } = await startHealthCheck({ endpoint: "0.0.0.0:0", public: true });
    expect((await fetch(url)).status).toBe(200);
  });

  test("may be shut down twice, and before its start", async () => {
    const { extension, url } = await startHealthCheck(anyPort);
    await extension.shutdown?.();
    await extension.shutdown?.();
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    const notStarted = healthCheck.create(healthCheck.configSchema.parse(anyPort), {
      id: "health_check",
      logger: recordingLogger(),
      telemetry: createTelemetry(),
      isReady: () => false,
      ...noNeeds,
    });
    await notStarted.shutdown?.();
  });
});
