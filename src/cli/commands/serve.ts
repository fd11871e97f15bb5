import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import type { Server } from "../../server.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { printError } from "../print-error.ts";
import { toPrintableJson } from "../printable.ts";
import { renderWelcome, type Welcome } from "../render-welcome.ts";
import { stopOnSignal } from "../stop-on-signal.ts";

interface ServeOptions {
  readonly config?: string;
  readonly demo?: true;
  readonly json?: true;
}

export const addServe: AddCommand = (program, context) => {
  program
    .command("serve")
    .description("receive spans, build and judge sessions, answer the API")
    .option("--config <file>", "the configuration (default: ./otel-config.yaml, else the one that comes with turnwise)")
    .option("--demo", "when nothing is stored yet, run the demo agent once and show its judged session")
    .option("--json", "say where everything is as one line of JSON")
    .addHelpText("after", examples("turnwise serve", "TURNWISE_PORT=0 turnwise serve --demo"))
    .action(async (options: ServeOptions) => serve(options, context));
};

async function serve({ config: path, demo, json }: ServeOptions, context: CommandContext): Promise<void> {
  const { env, out, err } = context;
  const [{ loadConfig }, { components }, { startServer }, { createLogger }, { version }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../components.ts"),
    import("../../server.ts"),
    import("../logger.ts"),
    import("../../version.ts"),
  ]);
  const logger = createLogger(env, err);
  const { config, warnings } = loadConfig({ ...(path !== undefined && { path }), env }, components);
  for (const warning of warnings) logger.warn({}, warning);
  const server = await startServer({ config, logger });
  const stopped = stopOnSignal(
    () => server.stop(),
    () => err.write("Stopping; again stops at once.\n"),
  );
  const welcome = toWelcome(server, config, version);
  out.write(json ? `${toPrintableJson(welcome)}\n` : renderWelcome(welcome, out));
  if (demo) await showDemo(server, context);
  await stopped;
}

function toWelcome(server: Server, config: Config, version: string): Welcome {
  return {
    version,
    otlp_url: server.otlpUrl ?? null,
    api_url: server.apiUrl,
    health_url: server.healthUrl ?? null,
    metrics_url: server.metricsUrl ?? null,
    data: dataFolderOf(config),
    judges: server.judges.map(({ name, version, off }) => ({ name, version, off: off ?? null })),
  };
}

function dataFolderOf({ stores, service }: Config): string {
  const part = stores.get(service.sessions.store)?.config;
  const folder = typeof part === "object" && part !== null && "data_dir" in part ? part.data_dir : undefined;
  return typeof folder === "string" ? resolve(folder) : service.sessions.store;
}

/** The server goes on whatever becomes of the demo. */
async function showDemo({ apiUrl, otlpUrl }: Server, { env, out, err }: CommandContext): Promise<void> {
  const [{ createApiClient }, { runDemo }, { renderSession }] = await Promise.all([
    import("../../api-client.ts"),
    import("../../demo.ts"),
    import("../render-session.ts"),
  ]);
  try {
    const client = createApiClient({ ...env, TURNWISE_URL: apiUrl });
    const { sessions } = await client.findSessions({ limit: "1" });
    if (sessions.length > 0 || otlpUrl === undefined) return;
    err.write("\nNothing is stored yet: the demo agent talks ...\n\n");
    out.write(renderSession(await runDemo(client, otlpUrl), out));
  } catch (error) {
    printError(error, err, env);
  }
}
