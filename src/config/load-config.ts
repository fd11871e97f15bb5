/** otel-config.yaml ▶ Config. The collector's format and semantics; source: reference/collector-config.md 1, 2. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeOf, ConfigError } from "../model/errors.ts";
import { checkReferences, signalOf } from "./check-references.ts";
import { componentKinds, type ComponentConfig, type ComponentKind, type Components, type Config } from "./config.ts";
import { environmentLookUp } from "./expand.ts";
import { parsePart } from "./parse-part.ts";
import { describeProblem, suggestionFor, type Problem } from "./problem.ts";
import { readYaml, type YamlSource } from "./read-yaml.ts";
import { serviceReferencesSchema, serviceSchema, type ServicePart } from "./service-schema.ts";

export interface ConfigSource {
  /** A file. Without `path` and `text`: ./otel-config.yaml if there is one, else the one that comes with this package. */
  readonly path?: string;
  readonly text?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** What is odd but works, one sentence each: a variable that is not set, a component that nothing uses. */
  readonly warnings: readonly string[];
  /** The file that was read; absent when the text was given. */
  readonly path?: string;
}

/** The configuration that comes with this package. */
export const packagedConfigPath = fileURLToPath(new URL("../../otel-config.yaml", import.meta.url));

/** Reads and checks a configuration. Throws a ConfigError that names everything that is wrong with it. */
export function loadConfig({ path, text, env }: ConfigSource, components: Components): LoadedConfig {
  const file = text === undefined ? (path ?? defaultPath()) : undefined;
  const source = readYaml(text ?? readFile(file ?? ""), environmentLookUp(env));
  const { config, problems, warnings } = build(source, components);
  if (problems.length > 0 || config === undefined) throw new ConfigError(describeAll(problems, source));
  return { config, warnings: describeAll(warnings, source), ...(file === undefined ? {} : { path: file }) };
}

function defaultPath(): string {
  return existsSync("otel-config.yaml") ? "otel-config.yaml" : packagedConfigPath;
}

const unreadable = new Map([
  ["ENOENT", "there is no such file"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "this user may not read it"],
]);

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    const reason = (code === undefined ? undefined : unreadable.get(code)) ?? String(error);
    throw new ConfigError([`cannot read ${path}: ${reason}`]);
  }
}

/** In the order of the file, whatever order they were found in. */
function describeAll(problems: readonly Problem[], source: YamlSource): readonly string[] {
  return problems
    .map((problem) => ({ problem, line: source.lineOf(problem.shownAt ?? problem.path) }))
    .toSorted((a, b) => a.line - b.line)
    .map(({ problem, line }) => describeProblem(problem, line));
}

interface Built {
  readonly config?: Config;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

interface Section {
  /** Of all components, also of those whose own part is wrong. */
  readonly ids: readonly string[];
  readonly parsed: ReadonlyMap<string, ComponentConfig>;
  readonly problems: readonly Problem[];
}

function build(source: YamlSource, components: Components): Built {
  if (!isMap(source.value)) return { problems: [{ path: [], message: "must be a map" }], warnings: [] };
  const root = source.value;
  const sections = byKind((kind) => parseSection(kind, root[kind] ?? {}, components, source));
  const parsed = byKind((kind) => sections[kind].parsed);
  const service = parsePart(serviceSchema, root["service"], ["service"], source);
  const references = checkReferences(
    serviceReferencesSchema.parse(root["service"]),
    byKind((kind) => sections[kind].ids),
    parsed.exporters,
  );
  const problems = [
    ...source.problems,
    ...unknownSections(root),
    ...componentKinds.flatMap((kind) => sections[kind].problems),
    ...("problems" in service ? service.problems : []),
    ...references.problems,
  ];
  const warnings = [...source.warnings, ...references.warnings];
  if ("problems" in service) return { problems, warnings };
  return { config: { ...parsed, service: toService(service.value) }, problems, warnings };
}

function byKind<Value>(valueOf: (kind: ComponentKind) => Value): Record<ComponentKind, Value> {
  return {
    receivers: valueOf("receivers"),
    processors: valueOf("processors"),
    exporters: valueOf("exporters"),
    extensions: valueOf("extensions"),
    stores: valueOf("stores"),
    judges: valueOf("judges"),
  };
}

function unknownSections(root: Readonly<Record<string, unknown>>): readonly Problem[] {
  const known = [...componentKinds, "service"];
  return Object.keys(root)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: [],
      shownAt: [key],
      message: `unknown key ${JSON.stringify(key)}`,
      ...suggestionFor(key, known),
    }));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `type` or `type/name`. Source: collector `component/identifiable.go`. */
const componentId = /^([a-zA-Z][0-9a-zA-Z_]{0,62})(?:\/[^\s\p{Cc}\p{S}]{1,1024})?$/u;

/** A store is named freely: its type is the scheme of its URL, so that one variable can move a server to another engine. */
function typeOf(kind: ComponentKind, id: string, part: unknown): string | undefined {
  const [, type] = componentId.exec(id) ?? [];
  if (kind !== "stores" || type === undefined) return type;
  const url = isMap(part) ? part["url"] : undefined;
  return typeof url === "string" ? url.split(":", 1)[0] : "sqlite";
}

function parseSection(kind: ComponentKind, raw: unknown, components: Components, source: YamlSource): Section {
  const entries = isMap(raw) ? raw : {};
  const problems: Problem[] = isMap(raw) ? [] : [{ path: [kind], message: "must be a map" }];
  const types = components[kind].map(({ type }) => type);
  const parsed = new Map<string, ComponentConfig>();
  for (const [id, part] of Object.entries(entries)) {
    const path = [kind, id];
    const type = typeOf(kind, id, part);
    const factory = components[kind].find((candidate) => candidate.type === type);
    if (type === undefined) problems.push({ path, message: 'is not an id: it must be "type" or "type/name"' });
    else if (factory === undefined)
      problems.push({ path, message: `unknown ${kind.slice(0, -1)} type "${type}"`, ...suggestionFor(type, types) });
    else {
      const result = parsePart(factory.configSchema, part ?? {}, path, source);
      if ("problems" in result) problems.push(...result.problems);
      else parsed.set(id, { id, type, config: result.value });
    }
  }
  return { ids: Object.keys(entries), parsed, problems };
}

function toService({ extensions, telemetry, pipelines, sessions, api }: ServicePart): Config["service"] {
  return {
    extensions,
    ...(telemetry.metrics === undefined ? {} : { metricsEndpoint: telemetry.metrics.endpoint }),
    pipelines: Object.entries(pipelines).flatMap(([id, pipeline]) => {
      const signal = signalOf(id);
      return signal === undefined ? [] : [{ id, signal, ...pipeline }];
    }),
    sessions: { store: sessions.store, judges: sessions.judges, idleTimeoutMs: sessions.idle_timeout },
    apiEndpoint: api.endpoint,
  };
}
