/** What a page shows: agents that were given samples, and what judges said of what they did. */
import type { ErrorAnalysis, ErrorSample } from "../metrics/errors/analyse-errors.ts";
import type { DescribedSubgoal } from "../metrics/errors/base-error.ts";
import type { Validated } from "../metrics/expectation.ts";

export interface Inspection {
  /** The page's. Default `Inspection`. */
  readonly title?: string;
  readonly agents: readonly InspectedAgent[];
}

export interface InspectedAgent {
  readonly name: string;
  /** What `analyseErrors` takes is such. */
  readonly samples: readonly InspectedSample[];
  /** What `analyseErrors` found in these samples. */
  readonly errors?: ErrorAnalysis;
}

export interface InspectedSample extends Pick<ErrorSample, "sampleId" | "runId"> {
  /** With what the judge said in each trial, as notes. */
  readonly validated: readonly InspectedValidation[];
}

export interface InspectedValidation extends Validated<DescribedSubgoal> {
  /** What the judge was asked. */
  readonly prompt?: string;
}

export const sampleName = ({ sampleId, runId }: Pick<ErrorSample, "sampleId" | "runId">): string =>
  runId === undefined ? String(sampleId) : `${sampleId}, run ${runId}`;
