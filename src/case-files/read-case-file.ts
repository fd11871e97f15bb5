/** Reads and checks a case file: what is wrong with it, each with its key and line. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type CaseFile, caseFileSchema } from "./case-file-schema.ts";
import { addDatasets } from "./add-datasets.ts";
import { checkCases } from "./check-cases.ts";
import { type ConfigNode, type MapNode, placeOf } from "../config/config-tree.ts";
import { environmentLookUp } from "../config/expand.ts";
import { expandTree, type ExpandedTree } from "../config/expand-tree.ts";
import { isMap } from "../config/is-map.ts";
import { parsePart } from "../config/parse-part.ts";
import { describeProblem, type Problem } from "../config/problem.ts";
import { readTree } from "../config/read-tree.ts";
import { StartError } from "../model/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** More than any file that people read; YAML takes some forty times its size while it is read. */
const largestBytes = 16_000_000;

/** Throws a StartError with one sentence for each problem. */
export function readCaseFile(path: string, env: Environment): CaseFile {
  return parseCaseFile(readText(path), env, path);
}

/** As readCaseFile, of its text. Only the datasets that it names are read from the disk, relative to its path. */
export function parseCaseFile(text: string, env: Environment, path = "the case file"): CaseFile {
  const read = readTree(text, 0);
  if ("problems" in read) throw invalid(path, read.problems, nowhere);
  if (read.tree === undefined) throw new StartError("cases_invalid", `${path} is empty`, remedy);
  const tree = expandOwn(read.tree, env);
  const parsed = parsePart(caseFileSchema, tree.value, [], tree);
  const problems = [
    ...tree.problems,
    ...tree.warnings,
    ...("problems" in parsed ? parsed.problems : []),
    ...writtenKey(read.tree),
    ...repeatedIds(read.tree),
  ];
  if ("problems" in parsed) throw invalid(path, problems, read.tree);
  problems.push(...checkCases(parsed.value));
  const whole = addDatasets(parsed.value, dirname(path));
  problems.push(...whole.problems);
  if (problems.length > 0) throw invalid(path, problems, read.tree);
  return { ...whole.file, fingerprint: fingerprintOf(read.tree) };
}

const nowhere: MapNode = { kind: "map", place: { source: 0, line: 1 }, entries: new Map() };
const remedy = "Correct the case file; docs/evaluating.md explains its keys";

/**
 * `${env:NAME}` stands for a variable in `agent` and `judge` only: what cases say is taken as it is. There a variable that is not
 * set is a problem, as no agent works without its address or key.
 */
function expandOwn(root: MapNode, env: Environment): ExpandedTree {
  const isOwn = ([key]: readonly [string, ConfigNode]): boolean => key === "agent" || key === "judge";
  const own = new Map([...root.entries].filter(isOwn));
  const expanded = expandTree({ ...root, entries: own }, environmentLookUp(env));
  const others = [...root.entries].filter((entry) => !isOwn(entry));
  const value = Object.fromEntries([
    ...Object.entries(isMap(expanded.value) ? expanded.value : {}),
    ...others.map(([key, node]) => [key, plainValue(node)] as const),
  ]);
  return { ...expanded, value };
}

/** Without what the environment says, which may be secret. */
function fingerprintOf({ entries }: MapNode): string {
  const run = entries.get("run");
  // Of how cases are run nothing else changes what comes of a trial that was answered and scored.
  const threshold = run?.kind === "map" ? run.entries.get("threshold") : undefined;
  const settings = [...["agent", "scoring", "guards", "judge"].map((key) => entries.get(key)), threshold];
  const written = settings.map((node) => (node === undefined ? null : plainValue(node)));
  return createHash("sha256").update(JSON.stringify(written)).digest("hex");
}

/** Case files are kept with the code, where no key belongs. */
function writtenKey({ entries }: MapNode): readonly Problem[] {
  const judge = entries.get("judge");
  const key = judge?.kind === "map" ? judge.entries.get("api_key") : undefined;
  if (key?.kind !== "scalar" || typeof key.value !== "string" || key.value.includes("${env:")) return [];
  return [{ path: ["judge", "api_key"], message: "must come from the environment, as ${env:OPENAI_API_KEY}" }];
}

/** Told beside everything else that is wrong. Ids are used in reports and in `--only`. */
function repeatedIds({ entries }: MapNode): readonly Problem[] {
  const cases = entries.get("cases");
  const first = new Map<string, number>();
  return (cases?.kind === "list" ? cases.items : []).flatMap((node, at) => {
    const id = node.kind === "map" ? node.entries.get("id") : undefined;
    if (id?.kind !== "scalar" || typeof id.value !== "string") return [];
    const line = first.get(id.value);
    first.set(id.value, line ?? id.place.line);
    return line === undefined
      ? []
      : [{ path: ["cases", at, "id"], message: `is also the id of the case in line ${line}` }];
  });
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
