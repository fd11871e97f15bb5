import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { StartError } from "../../model/errors.ts";
import type { Server } from "../../server.ts";
import { examples, type AddCommand, type CommandContext } from "../command.ts";
import { withConfigOptions, type ConfigOptions } from "../config-options.ts";
import { explainFileLimit } from "../file-limit.ts";
import { printError } from "../print-error.ts";
import { toPrintableJson } from "../printable.ts";
import { renderWelcome, type Welcome } from "../render-welcome.ts";
import { stopOnSignal } from "../stop-on-signal.ts";

interface ServeOptions extends ConfigOptions {
  readonly demo?: true;
  readonly json?: true;
}

export const addServe: AddCommand = (program, context) => {
  withConfigOptions(program.command("serve"))
    .description("receive spans, build and judge sessions, answer the API")
    .option("--demo", "when nothing is stored yet, run the demo agent once and show its judged session")
    .option("--json", "say where everything is as one line of JSON")
    .addHelpText(
      "after",
      examples(
        "turnwise serve",
        "TURNWISE_PORT=0 turnwise serve --demo",
        "kill -HUP PID   # read the configuration again",
      ),
    )
    .action(async (options: ServeOptions) =>
      serve(options, context).catch((error: unknown) => {
        throw explainFileLimit(error);
      }),
    );
};

async function serve({ config, set, demo, json }: ServeOptions, context: CommandContext): Promise<void> {
  const { env, out, err } = context;
  const [{ loadConfig }, { components }, { startReloadableServer }, { createLogger }, { version }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../components.ts"),
    import("../../reloadable-server.ts"),
    import("../logger.ts"),
    import("../../version.ts"),
  ]);
  let reload: () => void = () => undefined;
  process.on("SIGHUP", () => reload()); // from the beginning, as without a listener it ends the process
  const server = await startReloadableServer({
    read: () => loadConfig({ locations: config, settings: set, env }, components),
    loggerOf: ({ service }) => createLogger(env, err, service),
  });
  reload = () => void server.reload();
  const stopped = stopOnSignal(server, (sentence) => err.write(`${sentence}\n`));
  const running = server.running();
  const welcome = toWelcome(running.server, running.config, version);
  out.write(json ? `${toPrintableJson(welcome)}\n` : renderWelcome(welcome, out));
  if (demo) await showDemo(running.server, context);
  const failure = await stopped;
  if (failure !== undefined) throw cannotGoOn(failure);
}

/** What was acknowledged is on disk, so that whoever watches over the process may simply start it anew. */
function cannotGoOn(cause: Error): StartError {
  const remedy = "Start it again: nothing that was acknowledged is lost; the log says what happened";
  return new StartError("server_failed", `the server can work no more: ${cause.message}`, remedy, { cause });
}

function toWelcome(server: Server, config: Config, version: string): Welcome {
  return {
    version,
    otlp_url: server.otlpUrl ?? null,
    otlp_grpc_url: server.otlpGrpcUrl ?? null,
    api_url: server.apiUrl,
    health_url: server.healthUrl ?? null,
    metrics_url: server.metricsUrl ?? null,
    data: dataFolderOf(config),
    judges: server.judges.map(({ name, version, off }) => ({ name, version, off: off ?? null })),
    evaluators: server.evaluators.map(({ name, off }) => ({ name, off: off ?? null })),
  };
}

function dataFolderOf({ stores, service }: Config): string {
  const part = stores.get(service.sessions.store)?.config;
  const folder = typeof part === "object" && part !== null && "data_dir" in part ? part.data_dir : undefined;
  return typeof folder === "string" ? resolve(folder) : service.sessions.store;
}

/** The server goes on whatever becomes of the demo. */
async function showDemo({ apiUrl, otlpUrl }: Server, { env, out, err }: CommandContext): Promise<void> {
  const [{ askServer }, { runDemo }, { renderSession }] = await Promise.all([
    import("../../api-client.ts"),
    import("../../demo.ts"),
    import("../render-session.ts"),
  ]);
  try {
    await askServer({ ...env, TURNWISE_URL: apiUrl }, async (client) => {
      const { sessions } = await client.sessions.list({ limit: 1 });
      if (sessions.length > 0 || otlpUrl === undefined) return;
      err.write("\nNothing is stored yet: the demo agent talks ...\n\n");
      out.write(renderSession(await runDemo(client, { otlpUrl, apiKey: env["TURNWISE_API_KEY"] }), out));
    });
  } catch (error) {
    printError(error, err, env);
  }
}
