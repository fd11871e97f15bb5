/** The validations of an agent that a page has room for. */
import { parseGrade, type Grade } from "../voting/grade.ts";
import { sampleName, type InspectedAgent, type InspectedValidation } from "./inspection.ts";

export interface ShownValidation {
  /** Among the agent's, from 0. */
  readonly at: number;
  readonly sample: string;
  readonly validation: InspectedValidation;
  /** A trial each; undefined: none can be read from what was said. */
  readonly grades: readonly (Grade | undefined)[];
}

/** No more than `most`: those that failed first, then those of whose judge a trial says incomplete; else in the given order. */
export function shownValidations({ samples }: InspectedAgent, most: number): readonly ShownValidation[] {
  return samples
    .flatMap((sample) => sample.validated.map((validation) => ({ sample: sampleName(sample), validation })))
    .map((each, at) => ({ ...each, at, grades: each.validation.notes.map(parseGrade) }))
    .sort((one, other) => rankOf(one) - rankOf(other))
    .slice(0, most);
}

function rankOf({ validation, grades }: ShownValidation): number {
  if (!validation.passed) return 0;
  return grades.includes(0) ? 1 : 2;
}
