/**
 * Agents, samples and judges side by side, as one HTML document that needs nothing but itself: no script, nothing from elsewhere.
 * Source: agent_inspect's debugging interface.
 */
import { agentSection } from "./agent-section.ts";
import { dotPlot } from "./dot-plot.ts";
import type { Inspection } from "./inspection.ts";
import { leaderboard } from "./leaderboard.ts";
import { pageLabel } from "./page-text.ts";
import { pageStyle } from "./page-style.ts";
import { standingsOf } from "./standings.ts";

const mostSections = 20;
/** For all agents together. */
const mostValidations = 400;
const mostCharacters = 4_000_000;

/**
 * The page stays below 7 million characters whatever it is given, and says what it leaves out. What agents and judges wrote is in it as text;
 * characters that are not seen are told by their numbers.
 */
export function toInspectionPage({ title = "Inspection", agents }: Inspection): string {
  const standings = standingsOf(agents);
  const sections = standings.slice(0, mostSections);
  const bounds = {
    validations: Math.floor(mostValidations / Math.max(1, sections.length)),
    characters: mostCharacters / Math.max(1, sections.length),
  };
  const left = standings.length - sections.length;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${pageLabel(title, 120)}</title><style>${pageStyle}</style></head>
<body><main>
<h1><bdi>${pageLabel(title, 120)}</bdi></h1>
<h2>Leaderboard</h2>
${leaderboard(standings)}
<h2>Progress and certainty</h2>
${dotPlot(standings)}
${sections.map((standing) => agentSection(standing, bounds)).join("\n")}
${left > 0 ? `<p>${left} more agents are in the leaderboard only.</p>` : ""}
</main></body></html>
`;
}
