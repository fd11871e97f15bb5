import { basename, dirname } from "node:path";
import { InvalidArgumentError } from "commander";
import type { CaseFile } from "../../case-files/case-file-schema.ts";
import { StartError } from "../../model/errors.ts";
import type { ReportFiles } from "../../case-files/run-reports.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { createProgress } from "../progress.ts";
import { count } from "../quantities.ts";

interface EvalOptions extends ReportFiles {
  readonly baseline?: string;
  readonly maxDrop?: number;
  readonly only?: readonly string[];
  readonly concurrency?: number;
  readonly trials?: number;
  readonly retries?: number;
  readonly resume?: string;
}

export const addEval: AddCommand = (program, context) => {
  program
    .command("eval")
    .description("put an agent to the test: run the cases of a file against it, score what it does, write reports")
    .argument("<file>", "a case file (YAML): the agent, the limits, the cases")
    .option("--json <file>", "write the whole run there; also what a later --baseline is")
    .option("--junit <file>", "write JUnit XML there, for CI")
    .option("--markdown <file>", "write a summary there, for a pull request")
    .option("--html <file>", "write a page there, of cases, validators and trials side by side")
    .option("--baseline <file>", "an earlier run's --json: only what got worse since fails")
    .option("--max-drop <share>", "with --baseline: a case's score that falls by more is a regression, too", shareOf)
    .option("--only <id>", "run only this case; may be repeated", (id, ids?: readonly string[]) => [...(ids ?? []), id])
    .option("--concurrency <n>", "trials at the same time, instead of the file's", wholeFrom(1))
    .option("--trials <n>", "of each case, instead of the file's", wholeFrom(1))
    .option("--retries <n>", "when the agent does not answer, instead of the file's", wholeFrom(0))
    .option("--resume <file>", "keep what each trial came to there until the run is through, and go on from it")
    .addHelpText(
      "after",
      examples(
        "turnwise eval cases.yaml --json run.json",
        "turnwise eval cases.yaml --resume trials.jsonl   # again after it was killed",
        "turnwise eval cases.yaml --baseline main.json --junit junit.xml --markdown summary.md",
      ),
    )
    .action((file: string, options: EvalOptions) => evaluate(file, options, context));
};

async function evaluate(path: string, options: EvalOptions, { env, out, err }: CommandContext): Promise<void> {
  const [{ readCaseFile }, { compareRuns, evaluateCases, openJournal }, reports, { renderRun }] = await Promise.all([
    import("../../case-files/read-case-file.ts"),
    import("../../case-files/evaluate-cases.ts"),
    import("../../case-files/run-reports.ts"),
    import("../render-run.ts"),
  ]);
  const file = amended(readCaseFile(path, env), options);
  const { baseline: baselinePath, maxDrop } = options;
  await reports.requireWritable(options, { cases: path, baseline: baselinePath, journal: options.resume });
  const baseline = baselinePath === undefined ? undefined : await reports.readBaseline(baselinePath);
  const journal = options.resume === undefined ? undefined : openJournal(options.resume, file.fingerprint);
  if (journal !== undefined && journal.size > 0) err.write(`${count(journal.size, "trial")} of an earlier run found\n`);
  const progress = createProgress(file.cases.length * file.run.trials, err);
  const run = await cancellable(async (signal) =>
    evaluateCases(file, {
      name: file.name ?? basename(path),
      folder: dirname(path),
      env,
      signal,
      known(evalCase, trial) {
        const known = journal?.find(evalCase, trial);
        if (known !== undefined) progress.advance();
        return known;
      },
      onTrial(result, evalCase) {
        // What could not be scored is worth another try.
        if (result.status !== "error") journal?.add(evalCase, result);
        progress.advance();
      },
    }),
  ).finally(() => progress.clear());
  const only = new Set(options.only ?? []);
  const compared = only.size === 0 ? baseline : baseline?.filter(({ id }) => only.has(id));
  const comparison = compared && compareRuns(compared, run.cases, { maxDrop });
  await reports.writeReports(options, run, comparison);
  // After a part of the cases the others' trials are still worth what they cost.
  if (only.size === 0) journal?.remove();
  out.write(renderRun(run, comparison, out));
  const failed = comparison === undefined ? run.cases.some(({ passed }) => !passed) : comparison.isWorse;
  if (failed) process.exitCode = 1;
}

/** The file with what the command line says instead. */
function amended(file: CaseFile, { only = [], concurrency, trials, retries }: EvalOptions): CaseFile {
  const unknown = only.filter((id) => file.cases.every((each) => each.id !== id));
  if (unknown.length > 0)
    throw new StartError("case_unknown", `There is no case ${unknown.join(", ")}`, "Give ids that the case file has");
  const run = {
    ...file.run,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(trials === undefined ? {} : { trials }),
    ...(retries === undefined ? {} : { retries }),
  };
  return { ...file, run, cases: only.length === 0 ? file.cases : file.cases.filter(({ id }) => only.includes(id)) };
}

/** The first signal ends the agents and writes no report; the second ends the process at once. */
async function cancellable<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const cancel = new AbortController();
  const onSignal = (): void =>
    cancel.abort(new StartError("cancelled", "The evaluation was cancelled", "No report was written"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    return await work(cancel.signal);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= 1000) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to 1000.`);
  };
}

function shareOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Expected a number from 0 to 1.");
}
