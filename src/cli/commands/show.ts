import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

interface ShowOptions {
  readonly explain?: true;
  readonly values?: true;
  readonly json?: true;
  readonly apiKey?: string;
}

export const addShow: AddCommand = (program, { env, out }) => {
  program
    .command("show")
    .description("show a session of a running server: turns, tools, scores and reasons")
    .argument("<id>", "the session's id, as `turnwise sessions` prints it")
    .addOption(apiKeyOption())
    .option(
      "--explain",
      "show how it was built: from which spans, by which rules, and what is missing; without what was said",
    )
    .option("--values", "with --explain: also the beginnings of what the spans carried")
    .option("--json", "print the API's answer, with all texts in full")
    .addHelpText(
      "after",
      examples(
        "turnwise show 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d",
        "turnwise show 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d --explain > report.txt",
      ),
    )
    .action(async (id: string, options: ShowOptions) => {
      const { askServer } = await import("../../api-client.ts");
      const { sessions } = await askServer();
    });
};

