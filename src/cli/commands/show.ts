import type { Turnwise } from "@turnwise/client";
import { apiKeyOption, examples, withApiKey, type AddCommand, type CommandContext } from "../command.ts";
import { printSession } from "../print-session.ts";
import { toPrintableJson } from "../printable.ts";

interface ShowOptions {
  readonly explain?: true;
  readonly values?: true;
  readonly json?: true;
  readonly apiKey?: string;
}

export const addShow: AddCommand = (program, context) => {
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
      const show = options.explain ? showExplanation : showSession;
      await askServer(withApiKey(context.env, options.apiKey), async (client) => show(client, id, options, context));
    });
};

type Show = (client: Turnwise, id: string, options: ShowOptions, context: CommandContext) => Promise<void>;

const showSession: Show = async (client, id, { json }, { out }) =>
  printSession(await client.sessions.get(id), client, { json, out });

const showExplanation: Show = async (client, id, { json, values = false }, { out }) => {
  const explanation = await client.sessions.explain(id, { values });
  if (json) return out.write(`${toPrintableJson(explanation, 2)}\n`);
  const { renderExplanation } = await import("../render-explanation.ts");
  return out.write(renderExplanation(explanation, out));
};
