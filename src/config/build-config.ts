/** An expanded tree ▶ Config: every part against its schema, every name against what is configured. Pure. */
import { checkEvaluators } from "./check-evaluators.ts";
import { checkJudges } from "./check-judges.ts";
import { checkReach } from "./check-reach.ts";
import { checkReferences } from "./check-references.ts";
import { componentKinds, type ComponentKind, type Components, type Config } from "./config.ts";
import { withDefaultSessions } from "./default-sessions.ts";
import type { ExpandedTree } from "./expand-tree.ts";
import { isMap } from "./is-map.ts";
import { parsePart } from "./parse-part.ts";
import { parseConnectors, parseSection } from "./parse-section.ts";
import { suggestionFor, type Problem } from "./problem.ts";
import { serviceReferencesSchema, serviceSchema, type ServiceReferences } from "./service-schema.ts";
import { toServiceConfig } from "./to-service-config.ts";

export interface BuiltConfig {
  /** Absent when there are problems. */
  readonly config?: Config;
  /** The configuration as its schemas took it, in the words of those who wrote it: `30s`, not 30000. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function buildConfig(source: ExpandedTree, components: Components): BuiltConfig {
  if (!isMap(source.value)) return { written: {}, problems: [{ path: [], message: "must be a map" }], warnings: [] };
  const root = withDefaultSessions(source.value);
  const sections = byKind((kind) => parseSection(kind, root[kind] ?? {}, components, source));
  const connectors = parseConnectors(root["connectors"]);
  const parsed = byKind((kind) => sections[kind].parsed);
  const service = parsePart(serviceSchema, root["service"], ["service"], source);
  const named = serviceReferencesSchema.parse(root["service"]);
  const references = checkReferences(
    named,
    { ...byKind((kind) => sections[kind].ids), connectors: connectors.ids },
    parsed,
    root,
  );
  const problems = [
    ...source.problems,
    ...unknownSections(root),
    ...componentKinds.flatMap((kind) => sections[kind].problems),
    ...connectors.problems,
    ...("problems" in service ? service.problems : []),
    ...references.problems,
    ...checkJudges(named, parsed.judges),
    ...checkEvaluators(named, parsed.evaluators),
  ];
  const warnings = [
    ...source.warnings,
    ...componentKinds.flatMap((kind) => sections[kind].warnings),
    ...("warnings" in service ? service.warnings : []),
    ...references.warnings,
    ...checkReach(parsed, "value" in service ? service.value : undefined, components, (kind, id) =>
      namedIn(named, kind).includes(id),
    ),
  ];
  if ("problems" in service || problems.length > 0) return { written: {}, problems, warnings };
  const written = { ...byKind((kind) => sections[kind].written), service: service.written };
  return { config: { ...parsed, service: toServiceConfig(service.value) }, written, problems, warnings };
}

function namedIn({ extensions, pipelines }: ServiceReferences, kind: "receivers" | "extensions"): readonly string[] {
  return kind === "extensions" ? extensions : Object.values(pipelines).flatMap(({ receivers }) => receivers);
}

function byKind<Value>(valueOf: (kind: ComponentKind) => Value): Record<ComponentKind, Value> {
  return {
    receivers: valueOf("receivers"),
    processors: valueOf("processors"),
    exporters: valueOf("exporters"),
    extensions: valueOf("extensions"),
    stores: valueOf("stores"),
    judges: valueOf("judges"),
    evaluators: valueOf("evaluators"),
  };
}

function unknownSections(root: Readonly<Record<string, unknown>>): readonly Problem[] {
  const known = [...componentKinds, "service"];
  return Object.keys(root)
    .filter((key) => !known.includes(key) && key !== "connectors")
    .map((key) => ({
      path: [],
      shownAt: [key],
      message: `unknown key ${JSON.stringify(key)}`,
      ...suggestionFor(key, known),
    }));
}
