import { closest, distance } from "fastest-levenshtein";

/** Keys and list positions from the root of the file to the place in question. */
export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong, or odd, with a configuration. */
export interface Problem {
  readonly path: ConfigPath;
  readonly message: string;
  /** What the user may have meant. */
  readonly suggestion?: string;
  /** Whose line is shown, where that is not the path's. */
  readonly shownAt?: ConfigPath;
}

/** `judges::rules: unknown key "max_step" (line 21), did you mean "max_steps"?` */
export function describeProblem({ path, message, suggestion }: Problem, line: number): string {
  const where = path.length === 0 ? "" : `${path.join("::")}: `;
  const hint = suggestion === undefined ? "" : `, did you mean ${JSON.stringify(suggestion)}?`;
  return `${where}${message} (line ${line})${hint}`;
}

/** The known word that `word` was probably meant to be, as a part of a Problem. */
export function suggestionFor(word: string, known: readonly string[]): Pick<Problem, "suggestion"> {
  if (known.length === 0) return {};
  const suggestion = closest(word, known);
  return distance(word, suggestion) <= Math.max(2, Math.floor(word.length / 3)) ? { suggestion } : {};
}
