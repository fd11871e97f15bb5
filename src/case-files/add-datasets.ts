/** The cases of a case file together with those of the datasets that it names. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { ParsedCaseFile } from "./case-file-schema.ts";
import { checkCases } from "./check-cases.ts";
import type { Problem } from "../config/problem.ts";
import type { EvalCase } from "../evaluation/cases/eval-case.ts";
import { fromAgentInspect } from "../evaluation/cases/from-agent-inspect.ts";

interface WithDatasets {
  readonly file: ParsedCaseFile;
  readonly problems: readonly Problem[];
}

/** A dataset that cannot be read, or is none, is a problem; as it is when there is no case at all, or an id twice. */
export function addDatasets(file: ParsedCaseFile, folder: string): WithDatasets {
  const cases = [...file.cases];
  const problems: Problem[] = [];
  for (const [at, name] of file.cases_from.entries()) {
    const path = ["cases_from", at];
    try {
      const read = readDataset(resolve(folder, name));
      const ids = new Set(cases.map(({ id }) => id));
      const repeated = read.find(({ id }) => ids.size === ids.add(id).size);
      if (repeated !== undefined)
        problems.push({ path, message: `has a case ${JSON.stringify(repeated.id)} that is there already` });
      const [first] = checkCases({ ...file, cases: read });
      if (first !== undefined) problems.push({ ...first, path });
      cases.push(...read);
    } catch (error) {
      problems.push({ path, message: `is no dataset of agent_inspect: ${reasonOf(error)}` });
    }
  }
  if (cases.length === 0 && problems.length === 0) problems.push({ path: ["cases"], message: "must be at least 1" });
  return { file: { ...file, cases }, problems };
}

const readDataset = (path: string): readonly EvalCase[] => fromAgentInspect(JSON.parse(readFileSync(path, "utf8")));

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  return `${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? ""}`;
}
