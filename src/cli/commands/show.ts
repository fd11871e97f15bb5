import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { toPrintableJson } from "../printable.ts";

export const addShow: AddCommand = (program, { env, out }) => {
  program
    .command("show")
    .description("show a session of a running server: turns, tools, scores and reasons")
    .argument("<id>", "the session's id, as `turnwise sessions` prints it")
    .addOption(apiKeyOption())
    .option("--json", "print the API's answer, with all texts in full")
    .addHelpText("after", examples("turnwise show 4f2a9c0d4f2a9c0d4f2a9c0d4f2a9c0d"))
    .action(async (id: string, options: { json?: true; apiKey?: string }) => {
      const { createApiClient } = await import("../../api-client.ts");
      const session = await createApiClient(withApiKey(env, options.apiKey)).getSession(id);
      if (options.json) return out.write(`${toPrintableJson(session, 2)}\n`);
      const { renderSession } = await import("../render-session.ts");
      return out.write(renderSession(session, out));
    });
};
