import { pageLabel, pageText } from "./page-text.ts";
import type { ShownValidation } from "./shown-validations.ts";

/** Characters. */
const longest = { details: 4_000, explanation: 4_000, note: 4_000, prompt: 20_000 } as const;
const mostNotes = 15;

/** One validation, closed until it is wanted: what was asked, what each trial of the judge answered, what came of it. */
export function drillDown({ sample, validation, grades }: ShownValidation, id: string): string {
  const { passed, expectation, explanation, notes, prompt } = validation;
  const trials = notes.slice(0, mostNotes).map((note, at) => trialOf(note, `Trial ${at + 1}: ${wordOf(grades[at])}`));
  const left = notes.length - mostNotes;
  // The mark is inside, because browsers open what holds the place that a link leads to.
  return `<details><summary><bdi>${pageLabel(sample, 40)}</bdi>: <bdi>${pageLabel(expectation.details, 80)}</bdi> – ${passed ? "passed" : "not passed"}</summary>
<h4 id="${id}">Subgoal</h4>${quoted(expectation.details, longest.details)}
<h4>What came of it</h4>${quoted(explanation, longest.explanation)}
${trials.join("\n")}${left > 0 ? `<p>${left} more trials left out.</p>` : ""}${notes.length === 0 ? "<p>What the judge said was not kept.</p>" : ""}
<h4>Prompt</h4>${prompt === undefined ? "<p>The prompt was not kept.</p>" : quoted(prompt, longest.prompt)}
</details>`;
}

const trialOf = (note: string, heading: string): string => `<h4>${heading}</h4>${quoted(note, longest.note)}`;

const quoted = (text: string, most: number): string => `<pre dir="auto">${pageText(text, most)}</pre>`;

const wordOf = (grade: 0 | 1 | undefined): string =>
  grade === undefined ? "no grade" : grade === 1 ? "complete" : "incomplete";
