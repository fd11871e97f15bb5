/** Messages enter beside the pipelines, and what no pipeline stores of a trace must not be stored of a message. */
import type { ComponentConfig, Config } from "./config/config.ts";
import { redaction, redactorOf } from "./processors/redaction.ts";
import type { Redactor } from "./redaction/redactor.ts";

/** Every redaction processor in a pipeline of traces, in the order of the file, each once. Can be sent to another thread. */
export function redactionsOf({ processors, service }: Config): readonly ComponentConfig[] {
  const ids = service.pipelines.flatMap((pipeline) => (pipeline.signal === "traces" ? pipeline.processors : []));
  return [...new Set(ids)].flatMap((id) => {
    const part = processors.get(id);
    return part?.type === redaction.type ? [part] : [];
  });
}

export function createRedactors(redactions: readonly ComponentConfig[]): readonly Redactor[] {
  return redactions.map(({ config }) => redactorOf(redaction.configSchema.parse(config)));
}
