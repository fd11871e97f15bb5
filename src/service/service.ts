/** The running server without its surfaces: what the configuration names, created, connected, started and stopped. */
import type { Component, ComponentContext, Logger } from "../component/component.ts";
import type { Exporter } from "../component/exporter.ts";
import { type Authenticator, type AuthenticatorOf, type Extension, isAuthenticator } from "../component/extension.ts";
import type { PipelineEntry } from "../component/receiver.ts";
import type { Store } from "../component/store.ts";
import { storeNamedBy, type ComponentConfig, type Components, type Config } from "../config/config.ts";
import { StartError } from "../model/errors.ts";
import type { Signal } from "../model/signal-batch.ts";
import { createIngestPipeline, fanOut } from "./ingest-pipeline.ts";
import { createLifecycle, type Part } from "./lifecycle.ts";
import { createMetricsEndpoint, type ReadableTelemetry } from "./telemetry.ts";

export interface ServiceOptions {
  readonly config: Config;
  readonly components: Components;
  /** See StoreNeeds. */
  readonly conversationKeys: readonly string[];
  readonly logger: Logger;
  readonly telemetry: ReadableTelemetry;
  /** What else lives on the store: the judge pipeline, the API. Started before the receivers, stopped after them. */
  readonly surfaces: (parts: ServiceParts) => readonly Part[];
}

/** What a surface may work with. */
export interface ServiceParts {
  readonly store: Store;
  readonly authenticatorOf: AuthenticatorOf;
  readonly exporterOf: (id: string) => Exporter;
}

export interface Service {
  /** The store whose sessions are built and judged. */
  readonly store: Store;
  /** True between "everything is started" and the begin of the stop. */
  readonly isReady: () => boolean;
  /** Where the component listens; `kind::id`, as in `receivers::otlp`. Empty for those that do not. */
  readonly urlsOf: (name: string) => readonly string[];
  /** Throws what the failing component threw, after shutting down what had started. */
  start(): Promise<void>;
  /** Receivers first, then everything that may still hold data, then the store. Safe twice. See Component for `hurry`. */
  stop(hurry?: AbortSignal): Promise<void>;
  /** Resolves when a component can work no more: then the service is to be stopped. */
  readonly failure: Promise<Error>;
}

/** Creates every component that the configuration uses; starts nothing. */
export function createService(options: ServiceOptions): Service {
  const { config, components, logger, telemetry } = options;
  let ready = false;
  const isReady = () => ready;
  const contextOf = (id: string): ComponentContext => ({ id, logger, telemetry });

  const stores = new Map(
    usedStores(config).map((id) => {
      const { factory, part } = find(components.stores, config.stores, id);
      return [id, factory.create(part.config, { ...contextOf(id), conversationKeys: options.conversationKeys })];
    }),
  );
  const storeOf = (name: string): Store => required(stores.get(name), `stores::${name}`);
  const store = storeOf(config.service.sessions.store);
  const extensions = new Map(
    config.service.extensions.map((id) => {
      const { factory, part } = find(components.extensions, config.extensions, id);
      return [id, factory.create(part.config, { ...contextOf(id), isReady, storeOf })];
    }),
  );
  const authenticatorOf: AuthenticatorOf = (id) => authenticatorAmong(extensions, id);
  const exporters = new Map(
    usedBy(config, "exporters").map((id) => {
      const { factory, part } = find(components.exporters, config.exporters, id);
      return [id, factory.create(part.config, { ...contextOf(id), storeOf, authenticatorOf })];
    }),
  );
  const exporterOf = (id: string): Exporter => required(exporters.get(id), `exporters::${id}`);
  const pipelines = createPipelines(options, exporters, contextOf);
  const receivers = usedBy(config, "receivers").map((id) => {
    const { factory, part } = find(components.receivers, config.receivers, id);
    return partOf(
      "receivers",
      id,
      factory.create(part.config, { ...contextOf(id), pipelines: pipelines.entriesFor(id), authenticatorOf }),
    );
  });
  const extensionParts = [...extensions].map(([id, component]) => ({ id, ...partOf("extensions", id, component) }));
  const { metricsEndpoint, metricsPublic } = config.service;
  const parts = [
    ...(metricsEndpoint === undefined
      ? []
      : [
          {
            name: "service::telemetry::metrics",
            component: createMetricsEndpoint(metricsEndpoint, telemetry, metricsPublic),
          },
        ]),
    ...extensionParts.filter(({ id }) => !needsStore(config, id)),
    ...[...stores].map(([id, component]) => partOf("stores", id, component)),
    ...extensionParts.filter(({ id }) => needsStore(config, id)),
    ...[...exporters].map(([id, component]) => partOf("exporters", id, component)),
    ...pipelines.processors,
    ...options.surfaces({ store, authenticatorOf, exporterOf }),
    ...receivers,
  ];
  const lifecycle = createLifecycle(parts, logger);
  return {
    store,
    isReady,
    urlsOf: (name) => parts.find((part) => part.name === name)?.component.urls?.() ?? [],
    async start() {
      await lifecycle.start();
      ready = true;
    },
    async stop(hurry) {
      ready = false;
      await lifecycle.stop(hurry);
    },
    failure: lifecycle.failure,
  };
}

/** Exporters and receivers are shared between pipelines, processors are not. */
function createPipelines(
  { config, components, logger, telemetry }: ServiceOptions,
  exporters: ReadonlyMap<string, Exporter>,
  contextOf: (id: string) => ComponentContext,
) {
  const built = config.service.pipelines.map((pipeline) => {
    const processors = pipeline.processors.map((id) => {
      const { factory, part } = find(components.processors, config.processors, id);
      return { id, processor: factory.create(part.config, contextOf(id)) };
    });
    const entry = createIngestPipeline({
      processors,
      exporters: pipeline.exporters.map((id) => ({ id, exporter: required(exporters.get(id), `exporters::${id}`) })),
      logger,
      telemetry,
    });
    return { ...pipeline, entry, parts: processors.map(({ id, processor }) => partOf(pipeline.id, id, processor)) };
  });
  return {
    processors: built.flatMap(({ parts }) => parts),
    /** One way in for each signal that the receiver is to serve. */
    entriesFor(receiver: string): Partial<Record<Signal, PipelineEntry>> {
      const fed = built.filter((pipeline) => pipeline.receivers.includes(receiver));
      const signals = new Set(fed.map(({ signal }) => signal));
      return Object.fromEntries(
        [...signals].map((signal) => [
          signal,
          fanOut(fed.filter((pipeline) => pipeline.signal === signal).map(({ entry }) => entry)),
        ]),
      );
    },
  };
}

function authenticatorAmong(extensions: ReadonlyMap<string, Extension>, id: string): Authenticator {
  const extension = extensions.get(id);
  if (extension !== undefined && isAuthenticator(extension)) return extension;
  throw new StartError(
    "authenticator_missing",
    `"${id}" is named as an authenticator, and no such extension is started`,
    `Configure it under extensions, as in "bearertokenauth", and name it in service::extensions`,
  );
}

function usedBy({ service }: Config, kind: "receivers" | "exporters"): readonly string[] {
  const others = kind === "exporters" ? service.sessions.judgementExporters : [];
  return [...new Set([...service.pipelines.flatMap((pipeline) => pipeline[kind]), ...others])];
}

function usedStores(config: Config): readonly string[] {
  const exporters = usedBy(config, "exporters").flatMap((id) => config.exporters.get(id) ?? []);
  const extensions = config.service.extensions.flatMap((id) => config.extensions.get(id) ?? []);
  const named = [...exporters, ...extensions].flatMap((part) => storeNamedBy(part) ?? []);
  return [...new Set([config.service.sessions.store, ...named])];
}

/** Health is told from before the stores have started; who keeps something in one starts after them. */
function needsStore({ extensions }: Config, id: string): boolean {
  const part = extensions.get(id);
  return part !== undefined && storeNamedBy(part) !== undefined;
}

function partOf(kind: string, id: string, component: Component): Part {
  return { name: `${kind}::${id}`, component };
}

function find<Factory extends { readonly type: string }>(
  factories: readonly Factory[],
  section: ReadonlyMap<string, ComponentConfig>,
  id: string,
): { factory: Factory; part: ComponentConfig } {
  const part = required(section.get(id), id);
  return {
    part,
    factory: required(
      factories.find(({ type }) => type === part.type),
      part.type,
    ),
  };
}

/** Checked when the configuration was read: its absence is a mistake of ours. */
function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} is not in the configuration that was checked`);
  return value;
}
