import { nearestWord } from "../component/did-you-mean.ts";

/** Keys and list positions from the root of the configuration to the place in question. */
export type ConfigPath = readonly (string | number)[];

/** Where something was written. */
export interface Place {
  /** Position of its source in the order in which sources are merged, from 0. */
  readonly source: number;
  /** From 1. */
  readonly line: number;
}

/** One thing that is wrong, or odd, with a configuration. */
export interface Problem {
  readonly path: ConfigPath;
  readonly message: string;
  /** What the user may have meant. */
  readonly suggestion?: string;
  /** What to do, where that is known better. */
  readonly advice?: string;
  /** Whose place is shown, where that is not the path's. */
  readonly shownAt?: ConfigPath;
  /** Where it is, when no path leads there. */
  readonly place?: Place;
}

/** `judges::rules: unknown key "max_step" (line 21), did you mean "max_steps"?`; `where` is the `line 21` of it. */
export function describeProblem({ path, message, suggestion, advice }: Problem, where: string): string {
  const subject = path.length === 0 ? "" : `${path.join("::")}: `;
  const hint = suggestion === undefined ? "" : `, did you mean ${JSON.stringify(suggestion)}?`;
  return `${subject}${message} (${where})${advice === undefined ? hint : `: ${advice}`}`;
}

/** The known word that `word` was probably meant to be, as a part of a Problem. */
export function suggestionFor(word: string, known: readonly string[]): Pick<Problem, "suggestion"> {
  const suggestion = nearestWord(word, known);
  return suggestion === undefined ? {} : { suggestion };
}
