/** Messages enter beside the pipelines, and what no pipeline stores of a trace must not be stored of a message. */
import type { Config } from "./config/config.ts";
import { redaction, redactorOf } from "./processors/redaction.ts";
import type { Redactor } from "./redaction/redactor.ts";

/** Of every redaction processor in a pipeline of traces, in the order of the file, each once. */
export function messageRedactorsOf({ processors, service }: Config): readonly Redactor[] {
  const ids = service.pipelines.flatMap((pipeline) => (pipeline.signal === "traces" ? pipeline.processors : []));
  return [...new Set(ids)].flatMap((id) => {
    const part = processors.get(id);
    return part?.type === redaction.type ? [redactorOf(redaction.configSchema.parse(part.config))] : [];
  });
}
