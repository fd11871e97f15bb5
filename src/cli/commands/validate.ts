import type { Config } from "../../config/config.ts";
import { ConfigError, StartError } from "../../model/errors.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { withConfigOptions, type ConfigOptions } from "../config-options.ts";
import { toPrintable, toPrintableJson } from "../printable.ts";

interface ValidateOptions extends ConfigOptions {
  readonly json?: true;
}

export const addValidate: AddCommand = (program, context) => {
  withConfigOptions(program.command("validate"))
    .description("check a configuration and show everything that is wrong with it")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      examples(
        "turnwise validate --config otel-config.yaml",
        "turnwise validate --config base.yaml --config more.yaml --set service.api.endpoint=localhost:9000",
      ),
    )
    .action(async (options: ValidateOptions) => validate(options, context));
};

async function validate({ config, set, json }: ValidateOptions, { env, out, err }: CommandContext): Promise<void> {
  const [{ loadConfig }, { components }, { priceTablesOf }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../components.ts"),
    import("../../price-tables.ts"),
  ]);
  try {
    const { config: checked, warnings, sources } = loadConfig({ locations: config, settings: set, env }, components);
    checkPrices(checked, priceTablesOf);
    if (json) return out.write(`${toPrintableJson({ valid: true, warnings, sources }, 2)}\n`);
    for (const warning of warnings) err.write(`${err.paint("yellow", "warning")} ${toPrintable(warning)}\n`);
    return out.write(`${toPrintable(sources.join(", "))} is valid\n`);
  } catch (error) {
    if (!json || !isConfigError(error)) throw error;
    process.exitCode = 1;
    return out.write(`${toPrintableJson({ valid: false, problems: error.problems }, 2)}\n`);
  }
}

/** A file that the configuration names is a part of it. */
function checkPrices(config: Config, priceTablesOf: (config: Config) => unknown): void {
  try {
    priceTablesOf(config);
  } catch (error) {
    throw error instanceof StartError ? new ConfigError([`service::sessions::prices::file: ${error.message}`]) : error;
  }
}

const isConfigError = (error: unknown): error is ConfigError =>
  error instanceof Error && "problems" in error && Array.isArray(error.problems);
