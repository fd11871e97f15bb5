/** Whether evaluators are told apart from judges, and depend only on judges that judge. */
import { flaggerOf } from "./check-judges.ts";
import type { ComponentConfig } from "./config.ts";
import { suggestionFor, type Problem } from "./problem.ts";
import type { ServiceReferences } from "./service-schema.ts";

export function checkEvaluators(
  { sessions }: ServiceReferences,
  evaluators: ReadonlyMap<string, ComponentConfig>,
): readonly Problem[] {
  return sessions.evaluators.flatMap((id) => [
    ...sameName(id, sessions.judges),
    ...unknownFlagger(id, flaggerOf(evaluators.get(id)), sessions.judges),
  ]);
}

/** What became of their work is told under their names. */
function sameName(id: string, judges: readonly string[]): readonly Problem[] {
  if (!judges.includes(id)) return [];
  return [{ path: ["evaluators", id], message: "has the name of a judge: give it another one" }];
}

function unknownFlagger(id: string, flagger: string | undefined, judges: readonly string[]): readonly Problem[] {
  if (flagger === undefined || judges.includes(flagger)) return [];
  return [
    {
      path: ["evaluators", id, "when", "flagged_by"],
      message: `references judge ${JSON.stringify(flagger)} which is not in service::sessions::judges`,
      ...suggestionFor(flagger, judges),
    },
  ];
}
