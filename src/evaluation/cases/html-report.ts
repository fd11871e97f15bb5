/** A run as the page of an inspection: each case a sample, its trials in the place of a judge's. */
import { toInspectionPage } from "../inspection-page/inspection-page.ts";
import type { InspectedAgent, InspectedValidation } from "../inspection-page/inspection.ts";
import type { AnalysedValidation } from "../metrics/errors/analyse-errors.ts";
import { type CaseResult, reasonsOf, type RunResult, type TrialResult } from "./trial-result.ts";

export const toHtmlReport = (run: RunResult): string =>
  toInspectionPage({ title: run.name, agents: [inspectedRun(run)] });

function inspectedRun({ name, cases }: RunResult): InspectedAgent {
  const samples = cases.map((each) => {
    const whole = wholeOf(each);
    return { sampleId: each.id, trials: each.trials, whole, validated: [whole, ...validationsOf(each)] };
  });
  const clusters = new Map<string, AnalysedValidation[]>();
  for (const { sampleId, trials, whole } of samples)
    for (const kind of trials.flatMap(failuresOf)) {
      const members = clusters.get(kind) ?? [];
      members.push({ sampleId, validated: whole, baseError: kind });
      clusters.set(kind, members);
    }
  return { name, samples, errors: { clusters, unclustered: [], passed: [] } };
}

/** What a trial has not passed for, in words that several may share. */
function failuresOf({ status, trip, error, validations }: TrialResult): readonly string[] {
  if (status === "passed") return [];
  if (trip !== undefined) return [`guard ${trip.guard}`];
  if (error !== undefined) return [error.code];
  const failed = new Set(validations.filter(({ passed }) => !passed).map(({ name }) => name));
  return failed.size === 0 ? ["score"] : [...failed];
}

function wholeOf({ passed, score, trials }: CaseResult): InspectedValidation {
  const passes = trials.filter(({ status }) => status === "passed").length;
  return {
    expectation: { details: "the case passes" },
    passed,
    explanation: `${passes} of ${trials.length} trials passed, score ${score?.toFixed(4) ?? "-"}`,
    notes: trials.map((trial) => {
      const answer = trial.turns.at(-1)?.output;
      const said = answer === undefined ? [] : ["The last answer:", answer];
      return graded(trial.status === "passed", [...reasonsOf(trial), ...said]);
    }),
  };
}

/** Each validator's; a trial that was not scored counts as not passed. */
function validationsOf({ trials }: CaseResult): readonly InspectedValidation[] {
  const names = trials.find(({ validations }) => validations.length > 0)?.validations.map(({ name }) => name) ?? [];
  return names.map((details, at) => {
    const holds = trials.filter(({ validations }) => validations[at]?.passed === true).length;
    return {
      expectation: { details },
      passed: holds === trials.length,
      explanation: `holds in ${holds} of ${trials.length} trials`,
      notes: trials.map((trial) => {
        const validation = trial.validations[at];
        return graded(
          validation?.passed === true,
          validation === undefined ? reasonsOf(trial) : [validation.explanation],
        );
      }),
    };
  });
}

/** The grade stands on a line of its own behind whatever an agent wrote. */
const graded = (passed: boolean, said: readonly string[]): string =>
  [...said, `GRADE: ${passed ? "C" : "I"}`].join("\n");
