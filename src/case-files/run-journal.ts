/** What a run has paid for, trial by trial, until it is through: a run that was killed goes on from there. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { EvalCase } from "../evaluation/cases/eval-case.ts";
import type { TrialResult } from "../evaluation/cases/trial-result.ts";
import { StartError } from "../model/errors.ts";

export interface RunJournal {
  /** How many trials an earlier run has left in it. */
  readonly size: number;
  /** What came of the trial (from 1) in the run before; undefined: it is to be run. */
  find(evalCase: EvalCase, trial: number): TrialResult | undefined;
  /** On disk when it returns. */
  add(evalCase: EvalCase, result: TrialResult): void;
  /** The run is through, and the next one begins anew. */
  remove(): void;
}

const lineSchema = z.strictObject({ key: z.hash("sha256"), result: z.custom<TrialResult>(isResult, "is no trial") });

/** As much of it as shows that the line is one of ours. */
function isResult(value: unknown): boolean {
  return z
    .looseObject({
      trial: z.int(),
      status: z.enum(["passed", "failed", "stopped", "error"]),
      turns: z.array(z.looseObject({ input: z.string(), output: z.string() })),
      validations: z.array(z.looseObject({ name: z.string(), passed: z.boolean() })),
    })
    .safeParse(value).success;
}

/**
 * Of the trials in the file those count that were run with the same settings (`fingerprint`) and the same case. Throws a StartError
 * when the file cannot be read or written, or is something else.
 */
export function openJournal(path: string, fingerprint: string): RunJournal {
  const keyOf = (evalCase: EvalCase, trial: number): string =>
    createHash("sha256")
      .update(JSON.stringify([fingerprint, evalCase, trial]))
      .digest("hex");
  const known = orUnusable(path, () => readLines(path));
  return {
    size: known.size,
    find: (evalCase, trial) => known.get(keyOf(evalCase, trial)),
    add: (evalCase, result) => appendFileSync(path, lineOf(keyOf(evalCase, result.trial), result)),
    remove: () => rmSync(path, { force: true }),
  };
}

const lineOf = (key: string, result: TrialResult): string => `${JSON.stringify({ key, result })}\n`;

/** What each line begins with. */
const opening = '{"key":"';

/** Without the line that was being written when the run was killed, which is taken out of the file: if it is one of ours. */
function readLines(path: string): ReadonlyMap<string, TrialResult> {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (!opening.startsWith(text.slice(whole.length, whole.length + opening.length))) throw new Error("it is not one");
  const lines = whole.split("\n").filter((line) => line !== "");
  const known = new Map(
    lines.map((line) => lineSchema.parse(JSON.parse(line))).map(({ key, result }) => [key, result]),
  );
  writeFileSync(path, whole);
  return known;
}

function orUnusable<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error && !(cause instanceof z.ZodError) ? cause.message : "it is not one";
    const remedy = "Give a path of its own, which need not exist yet";
    throw new StartError("journal_unusable", `${path} cannot be a run's journal: ${reason}`, remedy, { cause });
  }
}
