import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Component, ComponentContext } from "../../src/component/component.ts";
import type { ExporterNeeds } from "../../src/component/exporter.ts";
import type { ExtensionNeeds } from "../../src/component/extension.ts";
import type { ReceiverNeeds } from "../../src/component/receiver.ts";
import type { Components } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { StartError } from "../../src/model/errors.ts";
import { createService } from "../../src/service/service.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { storeWith } from "../support/store-with.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const outConfig = z.strictObject({ store: z.string().optional() });

/** Components that note what happens to them, and what they were given. */
function recordingComponents({ failing }: { failing?: string } = {}) {
  const events: string[] = [];
  const exported: string[] = [];
  const receivers = new Map<string, ReceiverNeeds["pipelines"]>();
  const readiness: ExtensionNeeds["isReady"][] = [];
  const lifeOf = (id: string): Component => ({
    async start() {
      events.push(`start ${id}`);
      if (id === failing) throw new StartError("broken", `${id} is broken`, "mend it");
    },
    shutdown: async () => void events.push(`stop ${id}`),
    urls: () => [`http://${id}`],
  });
  const common = { description: "Notes.", configSchema: z.strictObject({}) };
  const components: Components = {
    receivers: [
      {
        ...common,
        type: "in",
        create: (_, { id, pipelines }: ComponentContext & ReceiverNeeds) => {
          receivers.set(id, pipelines);
          return lifeOf(id);
        },
      },
    ],
    processors: [{ ...common, type: "step", create: (_, { id }) => ({ ...lifeOf(id), process: (batch) => batch }) }],
    exporters: [
      {
        ...common,
        type: "out",
        configSchema: outConfig,
        create: (config, { id, storeOf }: ComponentContext & ExporterNeeds) => {
          const { store } = outConfig.parse(config);
          if (store !== undefined) storeOf(store);
          return { ...lifeOf(id), export: async (batch) => void exported.push(`${id} ${batch.count}`) };
        },
      },
    ],
    extensions: [
      {
        ...common,
        type: "ext",
        create: (_, { id, isReady }: ComponentContext & ExtensionNeeds) => {
          readiness.push(isReady);
          return lifeOf(id);
        },
      },
    ],
    stores: [
      {
        ...common,
        type: "sqlite",
        create: (_, { id }) => storeWith(lifeOf(id)),
      },
    ],
    judges: [],
    evaluators: [],
  };
  return { components, events, exported, receivers, readiness };
}

const text = `
receivers: { in: , in/unused: , in/2: }
processors: { step: }
exporters: { out: { store: archive }, out/unused: , out/2: }
extensions: { ext: }
stores: { default: , archive: , unused: }
service:
  extensions: [ext]
  pipelines:
    traces: { receivers: [in], processors: [step], exporters: [out] }
    traces/more: { receivers: [in, in/2], processors: [step], exporters: [out, out/2] }
    logs: { receivers: [in/2], exporters: [out/2] }
  sessions: { store: default }
`;

function serviceOf(options: { failing?: string } = {}) {
  const recorded = recordingComponents(options);
  const { config } = loadConfig({ text, env: {} }, recorded.components);
  const surface: Component = {
    start: async () => void recorded.events.push("start surface"),
    shutdown: async () => void recorded.events.push("stop surface"),
  };
  const service = createService({
    config,
    components: recorded.components,
    conversationKeys: [],
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    surfaces: () => [{ name: "surface", component: surface }],
  });
  return { ...recorded, service };
}

const startOrder = ["ext", "default", "archive", "out", "out/2", "step", "step", "surface", "in", "in/2"];

describe("a service", () => {
  test("starts what is used, receivers last, and stops it the other way round", async () => {
    const { service, events } = serviceOf();
    expect(events).toEqual([]);
    await service.start();
    expect(events).toEqual(startOrder.map((id) => `start ${id}`));
    await service.stop();
    await service.stop();
    expect(events.slice(startOrder.length)).toEqual(startOrder.toReversed().map((id) => `stop ${id}`));
  });

  test("is ready between the end of the start and the begin of the stop", async () => {
    const { service, readiness } = serviceOf();
    expect(readiness[0]?.()).toBe(false);
    await service.start();
    expect([readiness[0]?.(), service.isReady()]).toEqual([true, true]);
    const stopping = service.stop();
    expect(readiness[0]?.()).toBe(false);
    await stopping;
  });

  test("stops what had started when something fails, and is never ready", async () => {
    const { service, events, readiness } = serviceOf({ failing: "in" });
    await expect(service.start()).rejects.toMatchObject({ code: "broken" });
    const started = startOrder.slice(0, -1);
    expect(events).toEqual([...started.map((id) => `start ${id}`), ...started.toReversed().map((id) => `stop ${id}`)]);
    expect(readiness[0]?.()).toBe(false);
  });

  test("gives each receiver one way in for each of its signals, to all its pipelines", async () => {
    const { receivers, exported } = serviceOf();
    expect([...receivers.keys()]).toEqual(["in", "in/2"]);
    expect(Object.keys(receivers.get("in") ?? {})).toEqual(["traces"]);
    expect(Object.keys(receivers.get("in/2") ?? {})).toEqual(["traces", "logs"]);
    await receivers.get("in")?.traces?.deliver({ signal: "metrics", count: 5 }, { project: "default" });
    expect(exported.toSorted()).toEqual(["out 5", "out 5", "out/2 5"]);
    await receivers.get("in/2")?.logs?.deliver({ signal: "metrics", count: 1 }, { project: "default" });
    expect(exported).toHaveLength(4);
  });

  test("tells where a component listens", () => {
    const { service } = serviceOf();
    expect(service.urlsOf("receivers::in/2")).toEqual(["http://in/2"]);
    expect(service.urlsOf("surface")).toEqual([]);
    expect(service.urlsOf("receivers::none")).toEqual([]);
  });
});
