/** A server that can be given another configuration while it runs: the whole of it is stopped and started in this process. */
import type { Logger } from "./component/component.ts";
import type { Config } from "./config/config.ts";
import type { LoadedConfig } from "./config/load-config.ts";
import { ConfigError } from "./model/errors.ts";
import { type Server, startServer } from "./server.ts";
import { passOnPorts } from "./service/pass-on-ports.ts";

export interface ReloadableServerOptions {
  /** Reads the configuration, each time anew. Throws a ConfigError. */
  readonly read: () => LoadedConfig;
  /** Logging as that configuration wants it. */
  readonly loggerOf: (config: Config) => Logger;
}

export interface ReloadableServer extends Pick<Server, "stop" | "failure"> {
  /** The one that runs now. */
  readonly running: () => { readonly server: Server; readonly config: Config };
  /**
   * Reads the configuration again and runs with it, on the same addresses. What is wrong with it is logged, and the server goes
   * on with the one it has; so it does when it cannot start with the new one. Requests in hand are finished first. Never throws.
   */
  reload(): Promise<void>;
}

interface Running {
  readonly server: Server;
  readonly config: Config;
  readonly logger: Logger;
}

/** Starts it. Throws a ConfigError or a StartError; nothing is left running then. */
export async function startReloadableServer({ read, loggerOf }: ReloadableServerOptions): Promise<ReloadableServer> {
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<Error>((resolve) => (fail = resolve));
  let running = await start(read());
  let stopping = false;
  let reloading: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  async function start({ config, warnings }: Pick<LoadedConfig, "config" | "warnings">): Promise<Running> {
    const logger = loggerOf(config);
    for (const warning of warnings) logger.warn({}, warning);
    const server = await startServer({ config, logger });
    void server.failure.then(fail);
    return { server, config, logger };
  }

  async function reloadOnce(): Promise<void> {
    waiting = undefined;
    const { server, config, logger } = running;
    const next = readAgain(read, logger);
    if (next === undefined || stopping) return;
    passOnPorts(config, next.config);
    await server.stop();
    if (stopping) return;
    try {
      running = await start(next);
      running.logger.info({}, "runs with the configuration that was read again");
    } catch (error) {
      logger.error(
        { err: error },
        "cannot start with the configuration that was read again; going back to the one before",
      );
      await goBack({ config, warnings: [] });
    }
  }

  async function goBack(previous: Pick<LoadedConfig, "config" | "warnings">): Promise<void> {
    try {
      running = await start(previous);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    running: () => running,
    failure,
    async reload() {
      waiting ??= reloading = reloading.then(reloadOnce);
      await waiting;
    },
    async stop(hurry) {
      stopping = true;
      await running.server.stop(hurry);
      await reloading;
      await running.server.stop(hurry);
    },
  };
}

/** Undefined when it is wrong, with everything that is wrong in the log. */
function readAgain(read: () => LoadedConfig, logger: Logger): LoadedConfig | undefined {
  try {
    return read();
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [String(error)];
    for (const problem of problems) logger.error({ problem }, "the configuration that was read again is wrong");
    logger.warn({}, "the server goes on with the configuration it has");
    return undefined;
  }
}
