import { loadConfig } from "../../src/config/load-config.ts";
import type { Components } from "../../src/config/config.ts";
import type { ConfigSource } from "../../src/config/config-sources.ts";
import { ConfigError } from "../../src/model/errors.ts";

/** Everything that is said to be wrong with a configuration. */
export function problemsOf(source: ConfigSource, components: Components): readonly string[] {
  try {
    loadConfig(source, components);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
