import type { Logger, Telemetry } from "../component/component.ts";
import type { Judge, JudgeFactory, JudgeNeeds } from "../component/judge.ts";
import type { ComponentConfig, Config } from "../config/config.ts";

/** The configured judges that sessions are judged by, in order of rank. */
export function judgeConfigsOf({ judges, service }: Config): readonly ComponentConfig[] {
  return service.sessions.judges.flatMap((id) => judges.get(id) ?? []);
}

/** Creates judges where they run: in the judge thread, and in the server only to know who they are. */
export function createJudges(
  configs: readonly ComponentConfig[],
  factories: readonly JudgeFactory<unknown>[],
  context: JudgeNeeds & { readonly logger: Logger; readonly telemetry: Telemetry },
): readonly Judge[] {
  return configs.map(({ id, type, config }) => {
    const factory = factories.find((candidate) => candidate.type === type);
    if (factory === undefined) throw new Error(`judges::${id}: there is no judge of type ${type}`);
    return factory.create(config, { id, ...context });
  });
}
