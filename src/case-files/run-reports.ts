/** The files that a run of cases is told in, and the one that it is compared with. */
import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { ComparedCase, RunComparison } from "../evaluation/cases/compare-runs.ts";
import { toHtmlReport } from "../evaluation/cases/html-report.ts";
import { baselineSchema, toJsonReport } from "../evaluation/cases/json-report.ts";
import { toJunitReport } from "../evaluation/cases/junit-report.ts";
import { toMarkdownReport } from "../evaluation/cases/markdown-report.ts";
import type { RunResult } from "../evaluation/cases/trial-result.ts";
import { codeOf, StartError } from "../model/errors.ts";

/** Paths; absent: not written. */
export type ReportFiles = { readonly [Kind in ReportKind]?: string | undefined };

const reportKinds = ["json", "junit", "markdown", "html"] as const;
type ReportKind = (typeof reportKinds)[number];

type Render = (run: RunResult, comparison: RunComparison | undefined) => string;

const renderers: Readonly<Record<ReportKind, Render>> = {
  json: (run, comparison) => `${JSON.stringify(toJsonReport(run, comparison), null, 2)}\n`,
  junit: toJunitReport,
  markdown: toMarkdownReport,
  html: toHtmlReport,
};

/** What a run reads or keeps in files of its own, by path. */
export interface OtherFiles {
  readonly cases: string;
  /** What the next run is to be compared with, too. */
  readonly baseline?: string | undefined;
  /** Is removed when the run is through. */
  readonly journal?: string | undefined;
}

/**
 * Before a run that may cost: throws a StartError when a report could not be written, or would take the place of another file of
 * the run.
 */
export async function requireWritable(files: ReportFiles, { cases, baseline, journal }: OtherFiles): Promise<void> {
  const taken = [
    { path: cases, what: "the case file" },
    { path: baseline, what: "the baseline" },
    { path: journal, what: "what --resume keeps" },
  ];
  for (const kind of reportKinds) {
    const path = files[kind];
    if (path === undefined) continue;
    for (const other of taken)
      if (other.path !== undefined && (await isSameFile(path, other.path)))
        throw unwritable(path, `it is ${other.what}`);
    taken.push({ path, what: `the --${kind} report` });
    await requirePlace(path);
  }
}

/** A file that can be overwritten, or nothing in a folder that can be written to. */
async function requirePlace(path: string): Promise<void> {
  try {
    const found = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    });
    if (found?.isDirectory() === true) throw unwritable(path, "it is a folder");
    await access(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    throw cause instanceof StartError ? cause : unwritable(path, codeOf(cause) ?? String(cause), cause);
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
