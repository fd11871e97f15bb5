/** Whether everything that is named is configured, and everything configured is named. Messages as the collector's. */
import type { Signal } from "../model/signal-batch.ts";
import { componentKinds, storeNamedBy, type ComponentConfig, type ComponentKind } from "./config.ts";
import { suggestionFor, type ConfigPath, type Problem } from "./problem.ts";
import type { ServiceReferences } from "./service-schema.ts";

const signals: readonly Signal[] = ["traces", "logs", "metrics"];
const pipelineKinds = ["receivers", "processors", "exporters"] as const;

/** The ids configured for each kind, also of those whose own part is wrong. */
export type ConfiguredIds = Readonly<Record<ComponentKind, readonly string[]>>;

interface Reference {
  readonly kind: ComponentKind;
  readonly id: string;
  /** Who refers, and where in the file the id stands. */
  readonly path: ConfigPath;
  readonly shownAt: ConfigPath;
}

/** The signal of a pipeline id: `traces` and `traces/agents` are both of traces. */
export function signalOf(pipelineId: string): Signal | undefined {
  const [type] = pipelineId.split("/", 1);
  return signals.find((signal) => signal === type);
}

export function checkReferences(
  service: ServiceReferences,
  configured: ConfiguredIds,
  exporters: ReadonlyMap<string, ComponentConfig>,
): { problems: readonly Problem[]; warnings: readonly Problem[] } {
  const references = referencesOf(service, exporters);
  return {
    problems: [...unknownSignals(service), ...missing(references, configured), ...repeated(references)],
    warnings: unused(references, configured),
  };
}

function referencesOf(
  service: ServiceReferences,
  exporters: ReadonlyMap<string, ComponentConfig>,
): readonly Reference[] {
  const pipelines = Object.entries(service.pipelines).flatMap(([id, pipeline]) =>
    pipelineKinds.flatMap((kind) => listed(kind, pipeline[kind], ["service", "pipelines", id], kind)),
  );
  const storeId = service.sessions.store;
  return [
    ...pipelines,
    ...listed("extensions", service.extensions, ["service", "extensions"]),
    ...listed("judges", service.sessions.judges, ["service", "sessions"], "judges"),
    ...listed("stores", storeId === undefined ? [] : [storeId], ["service", "sessions"], "store"),
    ...[...exporters.values()].flatMap(storeOfExporter),
  ];
}

function storeOfExporter(exporter: ComponentConfig): readonly Reference[] {
  const store = storeNamedBy(exporter);
  const path = ["exporters", exporter.id];
  return store === undefined ? [] : [{ kind: "stores", id: store, path, shownAt: [...path, "store"] }];
}

function listed(kind: ComponentKind, ids: readonly string[], path: ConfigPath, key?: string): readonly Reference[] {
  return ids.map((id, index) => ({ kind, id, path, shownAt: [...path, ...(key === undefined ? [] : [key]), index] }));
}

function unknownSignals({ pipelines }: ServiceReferences): readonly Problem[] {
  return Object.keys(pipelines)
    .filter((id) => signalOf(id) === undefined)
    .map((id) => ({
      path: ["service", "pipelines"],
      shownAt: ["service", "pipelines", id],
      message: `unknown pipeline ${JSON.stringify(id)}`,
      ...suggestionFor(id, signals),
    }));
}

function missing(references: readonly Reference[], configured: ConfiguredIds): readonly Problem[] {
  return references
    .filter(({ kind, id }) => !configured[kind].includes(id))
    .map(({ kind, id, path, shownAt }) => ({
      path,
      shownAt,
      message: `references ${kind.slice(0, -1)} ${JSON.stringify(id)} which is not configured`,
      ...suggestionFor(id, configured[kind]),
    }));
}

function repeated(references: readonly Reference[]): readonly Problem[] {
  const seen = new Set<string>();
  return references.flatMap(({ kind, id, path, shownAt }) => {
    const key = JSON.stringify([kind, id, path]);
    if (seen.has(key))
      return [{ path, shownAt, message: `references ${kind.slice(0, -1)} ${JSON.stringify(id)} multiple times` }];
    seen.add(key);
    return [];
  });
}

function unused(references: readonly Reference[], configured: ConfiguredIds): readonly Problem[] {
  return componentKinds.flatMap((kind) =>
    configured[kind]
      .filter((id) => !references.some((reference) => reference.kind === kind && reference.id === id))
      .map((id) => ({ path: [kind, id], message: "is configured but not used by the service" })),
  );
}
