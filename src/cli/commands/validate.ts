import { examples, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface ValidateOptions {
  readonly config?: string;
  readonly json?: true;
}

export const addValidate: AddCommand = (program, { env, out, err }) => {
  program
    .command("validate")
    .description("check a configuration and show everything that is wrong with it")
    .option("--config <file>", "the file (default: ./otel-config.yaml, else the one that comes with turnwise)")
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", examples("turnwise validate --config otel-config.yaml"))
    .action(async ({ config: path, json }: ValidateOptions) => {
      const [{ loadConfig }, { components }] = await Promise.all([
        import("../../config/load-config.ts"),
        import("../../components.ts"),
      ]);
      try {
        const loaded = loadConfig({ ...(path !== undefined && { path }), env }, components);
        if (json) return out.write(`${toPrintableJson({ valid: true, ...loaded, config: undefined }, 2)}\n`);
        for (const warning of loaded.warnings) err.write(`${err.paint("yellow", "warning")} ${warning}\n`);
        return out.write(`${loaded.path ?? "the configuration"} is valid\n`);
      } catch (error) {
        if (!json || !isConfigError(error)) throw error;
        process.exitCode = 1;
        return out.write(`${toPrintableJson({ valid: false, problems: error.problems }, 2)}\n`);
      }
    });
};

const isConfigError = (error: unknown): error is { readonly problems: readonly string[] } =>
  error instanceof Error && "problems" in error && Array.isArray(error.problems);
