/** Why sessions fail, over many of them: each failed subgoal gets one error, and errors of a kind are put together. */
import type { ModelClient } from "../../model-client.ts";
import { askAll } from "../../voting/ask-in-waves.ts";
import type { Validated } from "../expectation.ts";
import { baseErrorOf, type DescribedSubgoal } from "./base-error.ts";
import { clusterErrors, type ErrorCluster } from "./cluster-errors.ts";

/** What was validated of one session: a case, and which of its trials. */
export interface ErrorSample {
  readonly sampleId: string | number;
  readonly runId?: string | number;
  /** With what the judge said, as notes. */
  readonly validated: readonly Validated<DescribedSubgoal>[];
}

export interface AnalysedValidation extends Pick<ErrorSample, "sampleId" | "runId"> {
  readonly validated: Validated<DescribedSubgoal>;
  /** Absent: it passed. */
  readonly baseError?: string;
}

export interface ErrorAnalysis {
  /** By label. A validation may be in several. */
  readonly clusters: ReadonlyMap<string, readonly AnalysedValidation[]>;
  /** Failed, and put into no cluster by the model. */
  readonly unclustered: readonly AnalysedValidation[];
  readonly passed: readonly AnalysedValidation[];
}

export interface AnalyseErrorsOptions {
  readonly client: ModelClient;
  readonly samples: readonly ErrorSample[];
  /** What becomes of clusters with the same label: they are one (the default), or only the last is kept, as agent_inspect does. */
  readonly repeatedLabels?: "merge" | "keep_last";
}

/** Validations that are analysed at the same time. */
const atOnce = 8;

/** Asks nothing where nothing failed. Throws what `baseErrorOf` and `clusterErrors` throw. Source: agent_inspect's error analysis. */
export async function analyseErrors({
  client,
  samples,
  repeatedLabels = "merge",
}: AnalyseErrorsOptions): Promise<ErrorAnalysis> {
  const analysed = await analyseEach(client, samples);
  const passed = analysed.filter(({ validated }) => validated.passed);
  const failed = analysed.filter(({ validated }) => !validated.passed);
  const found = failed.length === 0 ? [] : await clusterErrors(client, ...askedAbout(failed));
  const clusters = collect(found, failed, repeatedLabels);
  const clustered = new Set([...clusters.values()].flat());
  return { clusters, unclustered: failed.filter((each) => !clustered.has(each)), passed };
}

async function analyseEach(
  client: ModelClient,
  samples: readonly ErrorSample[],
): Promise<readonly AnalysedValidation[]> {
  const open = samples.flatMap(({ validated, sampleId, runId }) =>
    validated.map((each) => ({ sampleId, ...(runId === undefined ? {} : { runId }), validated: each })),
  );
  const analysed: AnalysedValidation[] = [];
  while (analysed.length < open.length) {
    const batch = open.slice(analysed.length, analysed.length + atOnce);
    const errors = await askAll(
      batch.map(
        ({ validated }) =>
          async () =>
            baseErrorOf(client, validated),
      ),
    );
    analysed.push(...batch.map((each, index) => withError(each, errors[index])));
  }
  return analysed;
}

const withError = (analysed: AnalysedValidation, baseError: string | undefined): AnalysedValidation =>
  baseError === undefined ? analysed : { ...analysed, baseError };

const askedAbout = (failed: readonly AnalysedValidation[]): [string[], string[]] => [
  failed.map(({ baseError = "" }) => baseError),
  failed.map(({ validated }) => validated.expectation.details),
];

function collect(
  found: readonly ErrorCluster[],
  failed: readonly AnalysedValidation[],
  repeatedLabels: "merge" | "keep_last",
): ReadonlyMap<string, readonly AnalysedValidation[]> {
  const clusters = new Map<string, readonly AnalysedValidation[]>();
  for (const { label, members } of found) {
    const before = repeatedLabels === "merge" ? (clusters.get(label) ?? []) : [];
    const own = members.flatMap((member) => failed[member] ?? []);
    clusters.set(label, [...new Set([...before, ...own])]);
  }
  return clusters;
}
