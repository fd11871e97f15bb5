import { components } from "./components.ts";
import type { Logger } from "./component/component.ts";
import type { Judge } from "./component/judge.ts";
import type { ConfigSource } from "./config/config-sources.ts";
import { loadConfig } from "./config/load-config.ts";
import { StartError } from "./model/errors.ts";
import { createJudges } from "./service/create-judges.ts";
import { createTelemetry } from "./service/telemetry.ts";

/** The judge of that name in the configuration, started, without a server around it. Throws StartError or ConfigError. */
export async function createOfflineJudge(name: string, source: ConfigSource, logger: Logger): Promise<Judge> {
  const { config } = loadConfig(source, components);
  const part = config.judges.get(name);
  const [judge] = createJudges(part === undefined ? [] : [part], components.judges, {
    logger,
    telemetry: createTelemetry(),
  });
  if (judge === undefined) {
    const names = [...config.judges.keys()].join(", ");
    throw new StartError("judge_unknown", `no judge "${name}" is configured`, `Choose one of: ${names}`);
  }
  await judge.start?.();
  return judge;
}
