import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface JudgesOptions {
  readonly json?: true;
  readonly apiKey?: string;
}

export const addJudges: AddCommand = (program, { env, out }) => {
  program
    .command("judges")
    .description(
      "show the judges and evaluators of a running server: whether they judge, and how far people's labels agree",
    )
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer")
    .addHelpText("after", examples("turnwise judges", "turnwise judges --json"))
    .action(async (options: JudgesOptions) => {
      const { askServer } = await import("../../api-client.ts");
      const judges = await askServer(withApiKey(env, options.apiKey), async ({ server }) => server.judges());
      if (options.json) return out.write(`${toPrintableJson(judges, 2)}\n`);
      const { renderJudges } = await import("../render-judges.ts");
      return out.write(renderJudges(judges, out));
    });
};
