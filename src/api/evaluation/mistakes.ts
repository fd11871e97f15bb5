/** What is wrong with a dataset, gathered, so that whoever sent it hears of all of it at once. */
import { ApiError } from "../api-error.ts";
import type { Mistake } from "../error-contract.ts";

/** So many are told. */
const MOST = 20;

export interface Mistakes {
  /** Throws when that many are enough. */
  note(mistake: Mistake): void;
  throwIfAny(): void;
}

/** What is thrown is an ApiError that lists them. */
export function createMistakes(): Mistakes {
  const noted: Mistake[] = [];
  const throwIfAny = (): void => {
    if (noted.length > 0) throw datasetError(noted);
  };
  return {
    note(mistake) {
      noted.push(mistake);
      if (noted.length >= MOST) throwIfAny();
    },
    throwIfAny,
  };
}

/** `mistakes`: at least one. */
export function datasetError(mistakes: readonly Mistake[]): ApiError {
  const [first, ...others] = mistakes.map(describe);
  const more = others.length === 0 ? "" : ` (and ${others.length} more: see errors)`;
  return new ApiError(400, "dataset_invalid", `${first}${more}`, {}, { errors: [...mistakes] });
}

function describe({ line, key, message }: Mistake): string {
  const place = [...(line === null ? [] : [`line ${line}`]), ...(key === null ? [] : [JSON.stringify(key)])];
  return place.length === 0 ? message : `${place.join(", ")}: ${message}`;
}
