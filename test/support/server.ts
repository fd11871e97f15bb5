/** The whole server in this process, on free ports and in a data folder of its own. Its worker threads run from dist/. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type SessionDetail, sessionDetailSchema, sessionPageSchema } from "../../src/api/contract.ts";
import { components } from "../../src/components.ts";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type Server, startServer } from "../../src/server.ts";
import { recordingLogger } from "./recording-logger.ts";

/** What the packaged configuration is started with: 127.0.0.1, free ports, sessions that are judged soon. */
export const testEnvironment = (dataDir: string): Record<string, string> => ({
  TURNWISE_HOST: "127.0.0.1",
  TURNWISE_PORT: "0",
  TURNWISE_OTLP_HTTP_PORT: "0",
  TURNWISE_OTLP_GRPC_PORT: "0",
  TURNWISE_HEALTH_PORT: "0",
  TURNWISE_METRICS_HOST: "127.0.0.1",
  TURNWISE_METRICS_PORT: "0",
  TURNWISE_DATA_DIR: dataDir,
  TURNWISE_IDLE_TIMEOUT: "300ms",
});

export const temporaryDataDir = (): string => mkdtempSync(join(tmpdir(), "turnwise-test-"));

export interface TestServer extends Server {
  readonly otlpUrl: string;
  readonly dataDir: string;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** The JSON that the API answers with, whatever the status. */
  api(path: string, method?: string): Promise<{ status: number; body: unknown }>;
  /** The sessions that the API lists, oldest first. */
  sessions(): Promise<readonly { id: string; status: string }[]>;
  /** The session as soon as `isDone` holds; by default once it is judged. Fails after 10 s. */
  waitForSession(id: string, isDone?: (session: SessionDetail) => boolean): Promise<SessionDetail>;
  /** The value of one of the server's own numbers, 0 when it has none yet. */
  metric(series: string): Promise<number>;
}

export interface TestServerOptions {
  /** Added to the environment of the packaged configuration. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the text of the packaged configuration. */
  readonly edit?: (yaml: string) => string;
  /** A data folder that stays; without it the server's goes when it stops. */
  readonly dataDir?: string;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { env = {}, edit = (yaml) => yaml, dataDir: given } = options;
  const dataDir = given ?? temporaryDataDir();
  const environment = { ...testEnvironment(dataDir), ...env };
  const { config } = loadConfig({ text: edit(readFileSync(packagedConfigPath, "utf8")), env: environment }, components);
  const logger = recordingLogger();
  const server = await startServer({ config, logger });

  async function api(path: string, method = "GET") {
    const response = await fetch(`${server.apiUrl}/api/v1${path}`, { method });
    const text = await response.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, body };
  }

  async function waitForSession(id: string, isDone = isJudged): Promise<SessionDetail> {
    const giveUpAt = Date.now() + 10_000;
    for (;;) {
      const { status, body } = await api(`/sessions/${id}`);
      const session = status === 200 ? sessionDetailSchema.parse(body) : undefined;
      if (session !== undefined && isDone(session)) return session;
      if (Date.now() > giveUpAt) throw new Error(`the session did not get there: ${JSON.stringify(body)}`);
      await sleep(25);
    }
  }

  return {
    ...server,
    otlpUrl: server.otlpUrl ?? "",
    dataDir,
    logger,
    api,
    waitForSession,
    async sessions() {
      const { body } = await api("/sessions");
      return sessionPageSchema.parse(body).sessions.toReversed();
    },
    async metric(series) {
      const text = await (await fetch(server.metricsUrl ?? "")).text();
      const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
      return line === undefined ? 0 : Number(line.slice(series.length));
    },
    async stop() {
      await server.stop();
      if (given === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const isJudged = ({ status, trajectory }: SessionDetail): boolean => status === "completed" && trajectory !== null;
