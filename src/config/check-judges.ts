/** Whether judges that depend on other judges come after them, and runs are scored by one that can. */
import type { ComponentConfig } from "./config.ts";
import { isMap } from "./is-map.ts";
import { suggestionFor, type Problem } from "./problem.ts";
import type { ServiceReferences } from "./service-schema.ts";

/** The type of a component by its id: `llm` of `llm/fast`. */
export const typeOf = (id: string): string => id.split("/", 1)[0] ?? "";

export function checkJudges(
  references: ServiceReferences,
  judges: ReadonlyMap<string, ComponentConfig>,
): readonly Problem[] {
  return [...flaggersTooLate(references, judges), ...judgeWithoutModel(references, judges)];
}

/** Metrics have a model asked, which judges of other types have none of. */
function judgeWithoutModel(
  { evaluation: { judge } }: ServiceReferences,
  judges: ReadonlyMap<string, ComponentConfig>,
): readonly Problem[] {
  if (judge === undefined || !judges.has(judge) || typeOf(judge) === "llm") return [];
  const path = ["service", "evaluation", "judge"];
  return [{ path, message: `${JSON.stringify(judge)} asks no model: it must be a judge of type llm` }];
}

/** `when::flagged_by` must name a judge that has judged by then. */
function flaggersTooLate(
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

/** The judge on whose opinion it depends whether this one judges. */
export function flaggerOf(judge: ComponentConfig | undefined): string | undefined {
  const when = isMap(judge?.config) ? judge.config["when"] : undefined;
  const flagger = isMap(when) ? when["flagged_by"] : undefined;
  return typeof flagger === "string" ? flagger : undefined;
}
