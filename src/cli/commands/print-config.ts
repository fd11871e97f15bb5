import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { withConfigOptions, type ConfigOptions } from "../config-options.ts";
import { toPrintable, toPrintableJson } from "../printable.ts";

interface PrintConfigOptions extends ConfigOptions {
  readonly json?: true;
}

export const addPrintConfig: AddCommand = (program, context) => {
  withConfigOptions(program.command("print-config"))
    .description("show the configuration after merging and expansion, without secrets")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("turnwise print-config --config base.yaml --config more.yaml"))
    .action(async (options: PrintConfigOptions) => printConfig(options, context));
};

async function printConfig(
  { config, set, json }: PrintConfigOptions,
  { env, out, err }: CommandContext,
): Promise<void> {
  const [{ loadConfig }, { components }, { stringify }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../components.ts"),
    import("yaml"),
  ]);
  const { shown, warnings } = loadConfig({ locations: config, settings: set, env }, components);
  for (const warning of warnings) err.write(`${err.paint("yellow", "warning")} ${toPrintable(warning)}\n`);
  out.write(json ? `${toPrintableJson(shown, 2)}\n` : toPrintable(stringify(shown)));
}
