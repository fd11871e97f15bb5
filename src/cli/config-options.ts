import type { Command } from "commander";

/** What a command that reads the configuration is told about it. */
export interface ConfigOptions {
  readonly config: readonly string[];
  readonly set: readonly string[];
}

const configHelp =
  "a file, file:PATH, env:NAME or yaml:TEXT; may be repeated, later ones win (default: ./otel-config.yaml, else the one that comes with turnwise)";
const setHelp = "one setting, after all files: processors.memory_limiter.check_interval=2s; may be repeated";

/** Adds `--config` and `--set`, in the collector's manner. */
export function withConfigOptions(command: Command): Command {
  const collect = (value: string, values: readonly string[]): readonly string[] => [...values, value];
  return command
    .option("--config <location>", configHelp, collect, [])
    .option("--set <path=value>", setHelp, collect, []);
}
