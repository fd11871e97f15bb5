/** Reads and checks a case file: what is wrong with it, each with its key and line. */
import { readFileSync, statSync } from "node:fs";
import { type CaseFile, caseFileSchema } from "./case-file-schema.ts";
import { type ConfigNode, type MapNode, placeOf } from "./config/config-tree.ts";
import { environmentLookUp } from "./config/expand.ts";
import { expandTree, type ExpandedTree } from "./config/expand-tree.ts";
import { isMap } from "./config/is-map.ts";
import { parsePart } from "./config/parse-part.ts";
import { describeProblem, type Problem } from "./config/problem.ts";
import { readTree } from "./config/read-tree.ts";
import { StartError } from "./model/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** More than any file that people read; YAML takes some forty times its size while it is read. */
const largestBytes = 16_000_000;

/** Throws a StartError with one sentence for each problem. */
export function readCaseFile(path: string, env: Environment): CaseFile {
  return parseCaseFile(readText(path), env, path);
}

/** As readCaseFile, of its text. */
export function parseCaseFile(text: string, env: Environment, path = "the case file"): CaseFile {
  const read = readTree(text, 0);
  if ("problems" in read) throw invalid(path, read.problems, nowhere);
  if (read.tree === undefined) throw new StartError("cases_invalid", `${path} is empty`, remedy);
  const tree = expandAgent(read.tree, env);
  const parsed = parsePart(caseFileSchema, tree.value, [], tree);
  const problems = [...tree.problems, ...tree.warnings, ...("problems" in parsed ? parsed.problems : [])];
  if ("problems" in parsed || problems.length > 0) throw invalid(path, problems, read.tree);
  return parsed.value;
}

const nowhere: MapNode = { kind: "map", place: { source: 0, line: 1 }, entries: new Map() };
const remedy = "Correct the case file; docs/evaluating.md explains its keys";

/**
 * `${env:NAME}` stands for a variable in `agent` only: what cases say is taken as it is. There a variable that is not set is
 * a problem, as no agent works without its address or key.
 */
function expandAgent(root: MapNode, env: Environment): ExpandedTree {
  const isAgent = ([key]: readonly [string, ConfigNode]): boolean => key === "agent";
  const agent = new Map([...root.entries].filter(isAgent));
  const expanded = expandTree({ ...root, entries: agent }, environmentLookUp(env));
  const others = [...root.entries].filter((entry) => !isAgent(entry));
  const value = Object.fromEntries([
    ...Object.entries(isMap(expanded.value) ? expanded.value : {}),
    ...others.map(([key, node]) => [key, plainValue(node)] as const),
  ]);
  return { ...expanded, value };
}

function plainValue(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(plainValue);
  if (node.kind === "scalar") return node.value;
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry)]));
}

function invalid(path: string, problems: readonly Problem[], root: MapNode): StartError {
  const sentences = problems
    .map((problem) => ({ problem, place: problem.place ?? placeOf(root, problem.shownAt ?? problem.path) }))
    .toSorted((a, b) => a.place.line - b.place.line)
    .map(({ problem, place }) => describeProblem(problem, `${path}, line ${place.line}`));
  return new StartError("cases_invalid", sentences.join("\n"), remedy);
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > largestBytes) throw new Error(`it is larger than ${largestBytes / 1_000_000} MB`);
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("file_unreadable", `${path} cannot be read: ${reason}`, "Give the path of a case file", {
      cause,
    });
  }
}
