/** The files that a run of cases is told in, and the one that it is compared with. */
import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { ComparedCase, RunComparison } from "./evaluation/cases/compare-runs.ts";
import { baselineSchema, toJsonReport } from "./evaluation/cases/json-report.ts";
import { toJunitReport } from "./evaluation/cases/junit-report.ts";
import { toMarkdownReport } from "./evaluation/cases/markdown-report.ts";
import type { RunResult } from "./evaluation/cases/trial-result.ts";
import { codeOf, StartError } from "./model/errors.ts";

/** Paths; absent: not written. */
export type ReportFiles = { readonly [Kind in ReportKind]?: string | undefined };

const reportKinds = ["json", "junit", "markdown"] as const;
type ReportKind = (typeof reportKinds)[number];

type Render = (run: RunResult, comparison: RunComparison | undefined) => string;

const renderers: Readonly<Record<ReportKind, Render>> = {
  json: (run, comparison) => `${JSON.stringify(toJsonReport(run, comparison), null, 2)}\n`,
  junit: toJunitReport,
  markdown: toMarkdownReport,
};

/** Before a run that may cost: throws a StartError when a report could not be written, or would take the baseline's place. */
export async function requireWritable(files: ReportFiles, baseline: string | undefined): Promise<void> {
  for (const path of reportKinds.map((kind) => files[kind])) {
    if (path === undefined) continue;
    if (baseline !== undefined && (await isSameFile(path, baseline)))
      throw unwritable(path, "it is the baseline, which the next run is to be compared with, too");
    try {
      await access(dirname(path), constants.W_OK);
    } catch (cause) {
      throw unwritable(path, codeOf(cause) ?? String(cause), cause);
    }
  }
}

/** All that can be written is; throws a StartError for the first that cannot. */
export async function writeReports(files: ReportFiles, run: RunResult, comparison?: RunComparison): Promise<void> {
  const writing = reportKinds.map(async (kind) => {
    const path = files[kind];
    if (path === undefined) return;
    await writeFile(path, renderers[kind](run, comparison)).catch((cause: unknown) => {
      throw unwritable(path, codeOf(cause) ?? String(cause), cause);
    });
  });
  for (const written of await Promise.allSettled(writing)) if (written.status === "rejected") throw written.reason;
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  if (resolve(one) === resolve(other)) return true;
  const [first, second] = await Promise.all([one, other].map(async (path) => stat(path).catch(() => undefined)));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

function unwritable(path: string, reason: string, cause?: unknown): StartError {
  const remedy = "Choose another path for the report";
  return new StartError("file_unwritable", `${path} cannot be written: ${reason}`, remedy, { cause });
}

/** The cases of an earlier run's JSON report. Throws a StartError for what is none. */
export async function readBaseline(path: string): Promise<readonly ComparedCase[]> {
  try {
    const parsed = baselineSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
    if (parsed.success) return parsed.data.cases;
    const [issue] = parsed.error.issues;
    throw new Error(`${z.core.toDotPath(issue?.path ?? []) || "the file"}: ${issue?.message ?? ""}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = "Give a report that --json has written";
    throw new StartError("baseline_unreadable", `${path} is no report to compare with: ${reason}`, remedy, { cause });
  }
}
