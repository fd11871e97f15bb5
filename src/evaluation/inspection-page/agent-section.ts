/** What is behind one agent's standing: its errors, what judges said, and their words. */
import { drillDown } from "./drill-down.ts";
import { errorMatrix } from "./error-matrix.ts";
import { judgeHeatmap } from "./judge-heatmap.ts";
import { pageLabel } from "./page-text.ts";
import { shownValidations, type ShownValidation } from "./shown-validations.ts";
import type { Standing } from "./standings.ts";

export interface SectionBounds {
  readonly validations: number;
  /** Of the HTML of what can be opened. */
  readonly characters: number;
}

export function agentSection({ rank, agent, ungraded }: Standing, bounds: SectionBounds): string {
  const all = agent.samples.reduce((total, { validated }) => total + validated.length, 0);
  const idOf = ({ at }: ShownValidation): string => `agent-${rank}-validation-${at + 1}`;
  const ranked = shownValidations(agent, bounds.validations);
  const opened = openable(ranked, idOf, bounds.characters);
  const inOrder = [...ranked].sort((one, other) => one.at - other.at);
  const hrefOf = (shown: ShownValidation): string | undefined => (opened.has(shown) ? `#${idOf(shown)}` : undefined);
  return `<section aria-labelledby="agent-${rank}">
<h2 id="agent-${rank}"><bdi>${pageLabel(agent.name, 80)}</bdi></h2>
${[...ungraded].map(([reason, count]) => `<p>Samples without grades: ${count} (${pageLabel(reason, 200)}).</p>`).join("\n")}
<h3>Errors by sample</h3>
${errorMatrix(agent.errors)}
<h3>Subgoals by judge</h3>
${judgeHeatmap(inOrder, { hrefOf, left: all - ranked.length })}
<h3>What was asked and answered</h3>
${all === 0 ? "<p>Nothing was validated.</p>" : inOrder.map((shown) => opened.get(shown) ?? "").join("\n")}
${all > opened.size ? `<p>${all - opened.size} of ${all} validations left out; what failed is kept first.</p>` : ""}
</section>`;
}

/** The HTML of those that there is room for, the first first. */
function openable(
  ranked: readonly ShownValidation[],
  idOf: (shown: ShownValidation) => string,
  characters: number,
): ReadonlyMap<ShownValidation, string> {
  const opened = new Map<ShownValidation, string>();
  let used = 0;
  for (const shown of ranked) {
    const html = drillDown(shown, idOf(shown));
    if (used + html.length > characters) continue;
    used += html.length;
    opened.set(shown, html);
  }
  return opened;
}
