/** Whether judges that depend on other judges come after them. */
import type { ComponentConfig } from "./config.ts";
import { isMap } from "./is-map.ts";
import { suggestionFor, type Problem } from "./problem.ts";
import type { ServiceReferences } from "./service-schema.ts";

/** `when::flagged_by` must name a judge that has judged by then. */
export function checkJudges(
  { sessions }: ServiceReferences,
  judges: ReadonlyMap<string, ComponentConfig>,
): readonly Problem[] {
  return sessions.judges.flatMap((id, rank) => {
    const flagger = flaggerOf(judges.get(id));
    const before = sessions.judges.slice(0, rank);
    if (flagger === undefined || before.includes(flagger)) return [];
    return [
      {
        path: ["judges", id, "when", "flagged_by"],
        message: `references judge ${JSON.stringify(flagger)} which does not come before ${JSON.stringify(id)} in service::sessions::judges`,
        ...suggestionFor(flagger, before),
      },
    ];
  });
}

function flaggerOf(judge: ComponentConfig | undefined): string | undefined {
  const when = isMap(judge?.config) ? judge.config["when"] : undefined;
  const flagger = isMap(when) ? when["flagged_by"] : undefined;
  return typeof flagger === "string" ? flagger : undefined;
}
