/** otel-config.yaml ▶ Config. The collector's format and semantics; source: https://opentelemetry.io/docs/collector/configuration/. */
import { ConfigError } from "../model/errors.ts";
import { buildConfig } from "./build-config.ts";
import type { Components, Config } from "./config.ts";
import { readSources, type ConfigSource, type SourceText } from "./config-sources.ts";
import { mergeTrees, openKeys, placeOf, type MapNode } from "./config-tree.ts";
import { environmentLookUp } from "./expand.ts";
import { expandTree } from "./expand-tree.ts";
import { describeProblem, type Problem } from "./problem.ts";
import { readTree } from "./read-tree.ts";
import { redactConfig } from "./redact-config.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** The configuration after merging and expansion, in the words of those who wrote it and without secrets. */
  readonly shown: unknown;
  /** What is odd but works, one sentence each: a variable that is not set, a component that nothing uses. */
  readonly warnings: readonly string[];
  /** What it was read from, in the order of merging. */
  readonly sources: readonly string[];
}

/** Reads, merges and checks a configuration. Throws a ConfigError that names everything that is wrong with it. */
export function loadConfig(source: ConfigSource, components: Components): LoadedConfig {
  const sources = readable(source);
  const { root, wiped } = merged(sources);
  const lookUp = environmentLookUp(source.env);
  const tree = expandTree(root, lookUp);
  const { config, written, problems, warnings } = buildConfig(tree, components);
  const variablesOf = ({ path }: Problem) => tree.variablesAt(path).filter((name) => lookUp(name) !== undefined);
  const explained = problems.map((problem) => withVariables(problem, variablesOf(problem)));
  if (config === undefined) throw new ConfigError(describeAll([...wiped, ...explained], root, sources));
  return {
    config,
    shown: redactConfig(written, { config, components, variablesAt: tree.variablesAt }),
    warnings: describeAll([...wiped, ...warnings], root, sources),
    sources: sources.map(({ name }) => name),
  };
}

/** Whoever set a variable looks for its name, not for the place in a file that they may never have seen. */
function withVariables(problem: Problem, variables: readonly string[]): Problem {
  if (variables.length === 0) return problem;
  return { ...problem, message: `${problem.message}; it is made of ${variables.join(" and ")}` };
}

function readable(source: ConfigSource): readonly SourceText[] {
  const read = readSources(source);
  const failures = read.flatMap((one) => ("failure" in one ? [one.failure] : []));
  if (failures.length > 0) throw new ConfigError(failures);
  return read.flatMap((one) => ("failure" in one ? [] : [one]));
}

/** All sources as one tree; an empty one adds nothing. */
function merged(sources: readonly SourceText[]): { readonly root: MapNode; readonly wiped: readonly Problem[] } {
  const read = sources.map(({ text }, at) => readTree(text, at));
  const problems = read.flatMap((one) => ("problems" in one ? one.problems : []));
  if (problems.length > 0) throw new ConfigError(describeAll(problems, nothing, sources));
  const trees = read.flatMap((one) => ("tree" in one && one.tree !== undefined ? [openKeys(one.tree)] : []));
  const [first, ...others] = trees;
  if (first === undefined) throw new ConfigError(["empty configuration file"]);
  const wiped: Problem[] = [];
  const message = "has no value here, which takes away what was configured before; {} would keep it";
  const root = others.reduce((base, over) => mergeTrees(base, over, (path) => wiped.push({ path, message })), first);
  return { root, wiped };
}

const nothing: MapNode = { kind: "map", place: { source: 0, line: 1 }, entries: new Map() };

/** In the order of the sources, whatever order they were found in. */
function describeAll(problems: readonly Problem[], root: MapNode, sources: readonly SourceText[]): readonly string[] {
  return problems
    .map((problem) => ({ problem, place: problem.place ?? placeOf(root, problem.shownAt ?? problem.path) }))
    .toSorted((a, b) => a.place.source - b.place.source || a.place.line - b.place.line)
    .map(({ problem, place: { source, line } }) => describeProblem(problem, describePlace(sources, source, line)));
}

/** `line 3` when there is one source alone, else also which. */
function describePlace(sources: readonly SourceText[], at: number, line: number): string {
  const source = sources[at];
  if (source === undefined || (sources.length === 1 && !source.isSetting)) return `line ${line}`;
  return source.isSetting ? source.name : `${source.name}, line ${line}`;
}
