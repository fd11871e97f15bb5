/** What every component in the list keeps of its contract, whatever it does. Source: the collector's generated lifecycle tests. */
import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Component, ComponentFactory } from "../src/component/component.ts";
import type { Evaluator } from "../src/component/evaluator.ts";
import type { Exporter } from "../src/component/exporter.ts";
import { type Extension, isAuthenticator } from "../src/component/extension.ts";
import type { Judge } from "../src/component/judge.ts";
import type { Processor } from "../src/component/processor.ts";
import type { Store } from "../src/component/store.ts";
import { components } from "../src/components.ts";
import type { SignalBatch } from "../src/model/signal-batch.ts";
import { createLogBatch, createSpanBatch } from "../src/otlp/signal-batches.ts";
import { createTelemetry } from "../src/service/telemetry.ts";
import { judgeAll } from "./contract/judge.ts";
import { says, sessionOf, user } from "./evaluation/conversation.ts";
import { agentLogRecord, modelCall } from "./support/agent-spans.ts";
import { portOf } from "./support/port-of.ts";
import { recordingLogger } from "./support/recording-logger.ts";
import { startTestStore, type TestStore } from "./support/sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-test-"));
/** What forwarding exporters send to: it takes everything. */
let upstream: Server;
let kept: TestStore;
beforeAll(async () => {
  writeFileSync(join(folder, "in.jsonl"), "");
  kept = await startTestStore();
  upstream = createServer((request, response) => request.resume().on("end", () => response.end()));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await kept.destroy();
  upstream.closeAllConnections();
  upstream.close();
  rmSync(folder, { recursive: true });
});

const anyPort = { endpoint: "127.0.0.1:0" };
/** A configuration of each type that a test can start: everything local, every port free. */
const configs: Readonly<Record<string, () => object>> = {
  otlp: () => ({ protocols: { http: anyPort, grpc: anyPort } }),
  otlp_json_file: () => ({ include: [join(folder, "*.jsonl")] }),
  memory_limiter: () => ({ check_interval: "1s", limit_percentage: 99 }),
  limits: () => ({}),
  attributes: () => ({ actions: [{ key: "a", value: "b", action: "insert" }] }),
  resource: () => ({ attributes: [{ key: "a", value: "b", action: "insert" }] }),
  redaction: () => ({ allow_all_keys: true }),
  filter: () => ({ traces: { span: ['name == "tick"'] } }),
  store: () => ({}),
  otlp_http: () => ({ endpoint: `http://127.0.0.1:${portOf(upstream)}` }),
  otlp_grpc: () => ({
    endpoint: `http://127.0.0.1:${portOf(upstream)}`,
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  }),
  file: () => ({ path: join(folder, "out.jsonl") }),
  debug: () => ({}),
  health_check: () => anyPort,
  accounts: () => ({}),
  bearertokenauth: () => ({ token: "secret" }),
  sqlite: () => ({ data_dir: mkdtempSync(join(folder, "data-")) }),
  rules: () => ({}),
  llm: () => ({}),
  standard: () => ({ metrics: ["conciseness"], expectations: [{ type: "step_count", min: 0 }] }),
};

type Kind = keyof typeof components;
interface Row {
  readonly kind: Kind;
  readonly type: string;
}
const rows: readonly Row[] = (Object.keys(components) as Kind[]).flatMap((kind) =>
  components[kind].map(({ type }) => ({ kind, type })),
);

function create({ kind, type }: Row): Component {
  const list = components[kind] as readonly ComponentFactory<never, Component, never>[];
  const factory = list.find((candidate) => candidate.type === type)!;
  const pipeline = { admit() {}, deliver: async () => undefined };
  const context = {
    id: type,
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    storeOf: () => kept.store,
    authenticatorOf: () => {
      throw new Error("no authenticator is configured here");
    },
    pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
    isReady: () => true,
    conversationKeys: ["session.id"],
  };
  return factory.create(factory.configSchema.parse(configs[type]?.()), context as never);
}

const batches = (): readonly SignalBatch[] => [
  createSpanBatch({ spans: [modelCall([{ role: "user", content: "hi" }])] }),
  createLogBatch({ logRecords: [agentLogRecord({ traceId: "a".repeat(32), spanId: "b".repeat(16) })] }),
  { signal: "metrics", count: 3 },
];
const context = { project: "default" };

/** What each kind is there for, once. A judge that is off is not asked. */
const uses: Readonly<Record<Kind, (component: Component) => Promise<unknown>>> = {
  async receivers(component) {
    for (const url of component.urls?.() ?? []) if (url.startsWith("http")) await (await fetch(url)).text();
  },
  processors: (component) =>
    Promise.all(batches().map(async (batch) => (component as Processor).process(batch, context))),
  exporters: (component) =>
    Promise.allSettled(batches().map(async (batch) => (component as Exporter).export(batch, context))),
  async extensions(component) {
    const extension: Extension = component;
    if (isAuthenticator(extension))
      await extension.authenticate(extension.clientHeaders?.("default") ?? {}, "ingest", { isLocal: true });
    for (const url of component.urls?.() ?? []) await (await fetch(url)).text();
  },
  async stores(component) {
    const [spans] = batches();
    if (spans?.signal === "traces") await (component as Store).writeSpans(spans.encoded, context);
    return (component as Store).findSessions({ ...context, limit: 1 });
  },
  async judges(component) {
    if ((component as Judge).off !== undefined) return undefined;
    return judgeAll(component as Judge, sessionOf([user("hi"), says("hello")]));
  },
  async evaluators(component) {
    const { off, measures } = component as Evaluator;
    const session = sessionOf([user("hi"), says("hello")]);
    if (off !== undefined) return undefined;
    const ref = { project: "default", id: "s1" };
    return Promise.all(measures.map(async (measure) => measure.score({ session, ref }, new AbortController().signal)));
  },
};

/** What keeps the process alive, by kind and number. */
function openHandles(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counted[kind] = (counted[kind] ?? 0) + 1;
  return counted;
}

const moreThan = (before: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(openHandles()).flatMap(([kind, count]) => (count > (before[kind] ?? 0) ? [kind] : []));

/** Sockets and threads that were told to close need a moment. The test runner's own timers come and go. */
async function expectNoMoreThan(before: Readonly<Record<string, number>>): Promise<void> {
  for (let wait = 0; wait < 3000 && moreThan(before).length > 0; wait += 20) await sleep(20);
  expect(moreThan(before)).toEqual([]);
}

test("every component type has a row here", () => {
  expect(rows.map(({ type }) => type).filter((type) => configs[type] === undefined)).toEqual([]);
});

describe.each(rows)("$kind::$type", (row) => {
  test("can be shut down without a start, and twice", async () => {
    const component = create(row);
    await component.shutdown?.();
    await expect(component.shutdown?.() ?? Promise.resolve()).resolves.toBeUndefined();
  });

  test("starts, and stops without having done anything", async () => {
    const component = create(row);
    await component.start?.();
    await component.shutdown?.();
    await expect(component.shutdown?.() ?? Promise.resolve()).resolves.toBeUndefined();
  });

  test("starts, works, stops also in a hurry, and leaves nothing open", async () => {
    await sleep(50);
    const before = openHandles();
    const component = create(row);
    await component.start?.();
    await uses[row.kind](component);
    const begin = performance.now();
    const hurry = new AbortController();
    const stopping = component.shutdown?.(hurry.signal);
    hurry.abort();
    await stopping;
    expect(performance.now() - begin).toBeLessThan(3000);
    await expectNoMoreThan(before);
    for (const url of component.urls?.() ?? []) await expect(fetch(url)).rejects.toThrow("fetch failed");
  });
});
