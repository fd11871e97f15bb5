/** Whether everything that is named is configured, and everything configured is named. Messages as the collector's. */
import type { Signal } from "../model/signal-batch.ts";
import { componentKinds, storeNamedBy, type ComponentConfig, type ComponentKind } from "./config.ts";
import { isMap } from "./is-map.ts";
import { suggestionFor, type ConfigPath, type Problem } from "./problem.ts";
import type { ServiceReferences } from "./service-schema.ts";

const signals: readonly Signal[] = ["traces", "logs", "metrics"];
const pipelineKinds = ["receivers", "processors", "exporters"] as const;

/** The ids configured for each kind, also of those whose own part is wrong. */
export type ConfiguredIds = Readonly<Record<ComponentKind | "connectors", readonly string[]>>;

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

/** `root`: the whole configuration as it was written. */
export function checkReferences(
  service: ServiceReferences,
  configured: ConfiguredIds,
  { exporters, extensions }: Readonly<Record<"exporters" | "extensions", ReadonlyMap<string, ComponentConfig>>>,
  root: Readonly<Record<string, unknown>>,
): { problems: readonly Problem[]; warnings: readonly Problem[] } {
  const references = referencesOf(service, [
    ...[...exporters.values()].flatMap((part) => storeOf("exporters", part)),
    ...[...extensions.values()].flatMap((part) => storeOf("extensions", part)),
  ]);
  return {
    problems: [
      ...unknownSignals(service),
      ...missing(references, configured),
      ...repeated(references),
      ...authenticatorsNotStarted(service, root),
    ],
    warnings: [...unused(references, configured), ...unstored(service, exporters)],
  };
}

function referencesOf(service: ServiceReferences, stores: readonly Reference[]): readonly Reference[] {
  const pipelines = Object.entries(service.pipelines).flatMap(([id, pipeline]) =>
    pipelineKinds.flatMap((kind) => listed(kind, pipeline[kind], ["service", "pipelines", id], kind)),
  );
  const storeId = service.sessions.store;
  const { judge } = service.evaluation;
  return [
    ...pipelines,
    ...listed("extensions", service.extensions, ["service", "extensions"]),
    ...listed("judges", service.sessions.judges, ["service", "sessions"], "judges"),
    ...listed("evaluators", service.sessions.evaluators, ["service", "sessions"], "evaluators"),
    ...listed("exporters", service.sessions.judgement_exporters, ["service", "sessions"], "judgement_exporters"),
    ...listed("judges", judge === undefined ? [] : [judge], ["service", "evaluation"], "judge"),
    ...listed("stores", storeId === undefined ? [] : [storeId], ["service", "sessions"], "store"),
    ...stores,
  ];
}

function storeOf(kind: "exporters" | "extensions", part: ComponentConfig): readonly Reference[] {
  const store = storeNamedBy(part);
  const path = [kind, part.id];
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
      ...suggested(id),
    }));
}

function suggested(pipeline: string): Pick<Problem, "suggestion" | "advice"> {
  const suggestion = suggestionFor(pipeline.split("/", 1)[0] ?? "", signals);
  return "suggestion" in suggestion ? suggestion : { advice: `there are ${signals.join(", ")}; remove it` };
}

function missing(references: readonly Reference[], configured: ConfiguredIds): readonly Problem[] {
  return references
    .filter(({ kind, id }) => !configured[kind].includes(id) && !isConnector(kind, id, configured))
    .map(({ kind, id, path, shownAt }) => ({
      path,
      shownAt,
      message: `references ${kind.slice(0, -1)} ${JSON.stringify(id)} which is not configured`,
      ...suggestionFor(id, configured[kind]),
    }));
}

/** Connectors stand in the place of exporters and receivers; that there are none is said of the connector itself. */
function isConnector(kind: ComponentKind, id: string, { connectors }: ConfiguredIds): boolean {
  return (kind === "exporters" || kind === "receivers") && connectors.includes(id);
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

/** Whatever has `auth: { authenticator: ID }` in it, at any depth, needs that extension to be started. */
function authenticatorsNotStarted(
  { extensions }: ServiceReferences,
  root: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  return authenticatorsNamedIn(root, [])
    .filter(({ id }) => !extensions.includes(id))
    .map(({ id, path }) => ({
      path,
      message: `references authenticator ${JSON.stringify(id)} which service::extensions does not start`,
      ...suggestionFor(id, extensions),
    }));
}

function authenticatorsNamedIn(value: unknown, path: ConfigPath): readonly { id: string; path: ConfigPath }[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const at = [...path, key];
    if (key !== "auth" || !isMap(entry)) return authenticatorsNamedIn(entry, at);
    const { authenticator } = entry;
    return typeof authenticator === "string" ? [{ id: authenticator, path: [...at, "authenticator"] }] : [];
  });
}

/** Legal, as a server that only forwards; but whoever waits for sessions would wait in vain. */
function unstored(
  { pipelines, sessions }: ServiceReferences,
  exporters: ReadonlyMap<string, ComponentConfig>,
): readonly Problem[] {
  const used = Object.values(pipelines).flatMap((pipeline) => pipeline.exporters);
  const stored = used.some((id) => {
    const config = exporters.get(id)?.config;
    return isMap(config) && "store" in config;
  });
  const message = 'no pipeline exports to a store, so there will be no sessions; add the exporter "store"';
  return stored || sessions.store === undefined ? [] : [{ path: ["service", "pipelines"], message }];
}
