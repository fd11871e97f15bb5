import { apiKeyOption, examples, withApiKey, type AddCommand } from "../command.ts";
import { otlpUrlOf } from "../otlp-url.ts";
import { printSession } from "../print-session.ts";

export const addDemo: AddCommand = (program, { env, out, err }) => {
  program
    .command("demo")
    .description("run the demo agent against a running server and show the judged session")
    .addOption(apiKeyOption())
    .option("--json", "print the session as the API answers it")
    .addHelpText("after", examples("turnwise demo"))
    .action(async ({ json, apiKey }: { json?: true; apiKey?: string }) => {
      const asking = withApiKey(env, apiKey);
      const [{ askServer }, { runDemo }] = await Promise.all([import("../../api-client.ts"), import("../../demo.ts")]);
      await askServer(asking, async (client) => {
        err.write("The demo agent talks ...\n");
        const session = await runDemo(client, { otlpUrl: otlpUrlOf(env), apiKey: asking["TURNWISE_API_KEY"] });
        await printSession(session, client, { json, out });
      });
    });
};
