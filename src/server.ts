/** The whole server: the configured service, the judge thread and the API. What `turnwise serve` and the tests start. */
import { createHash } from "node:crypto";
import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import { Worker } from "node:worker_threads";
import { createApi } from "./api/api.ts";
import type { EvaluatorInfo, JudgeInfo } from "./api/route.ts";
import { components } from "./components.ts";
import type { Endpoint } from "./component/config-schemas.ts";
import type { Component, Logger } from "./component/component.ts";
import { doorAt } from "./component/door.ts";
import { listen, type Listener } from "./component/listen.ts";
import type { AuthenticatorOf } from "./component/extension.ts";
import type { JudgePause } from "./component/judge.ts";
import type { Store } from "./component/store.ts";
import type { Config } from "./config/config.ts";
import type { PriceTables } from "./cost/price-table.ts";
import { conversationKeys } from "./dialects/conversation-keys.ts";
import { createEvaluationRunner } from "./evaluation-runner.ts";
import type { JudgeThreadData } from "./judge-thread.ts";
import { createRedactors, redactionsOf } from "./message-redactors.ts";
import { createJudgementExport } from "./exporters/judgements/judgement-export.ts";
import { createEvaluators, evaluatorConfigsOf } from "./service/create-evaluators.ts";
import { createJudges, judgeConfigsOf } from "./service/create-judges.ts";
import type { PausesTold } from "./service/thread-messages.ts";
import { superviseThread } from "./service/thread-supervisor.ts";
import { priceTablesOf } from "./price-tables.ts";
import { createService, type Service, type ServiceParts } from "./service/service.ts";
import { addProcessGauges, createTelemetry, type ReadableTelemetry } from "./service/telemetry.ts";
import type { SqliteConnection } from "./stores/sqlite/connected-store.ts";
import type { SqliteStore } from "./stores/sqlite.ts";
import { threadHeapMib } from "./thread-heap.ts";
import { version } from "./version.ts";

export interface ServerOptions {
  readonly config: Config;
  readonly logger: Logger;
}

export interface Server {
  /** Where spans may be sent: the first address of a receiver, over HTTP and over gRPC (`grpc://localhost:4317`). */
  readonly otlpUrl?: string;
  readonly otlpGrpcUrl?: string;
  readonly apiUrl: string;
  readonly healthUrl?: string;
  readonly metricsUrl?: string;
  readonly store: Store;
  /** In order of rank, with the reason why one is off. */
  readonly judges: readonly JudgeInfo[];
  /** In the configured order, with the reason why one is off. */
  readonly evaluators: readonly EvaluatorInfo[];
  /** Takes nothing more, finishes what is in hand (unless `hurry` aborts), closes the store. Safe twice. */
  stop(hurry?: AbortSignal): Promise<void>;
  /** Resolves when the server can work no more, with the reason. Stop it then. */
  readonly failure: Promise<Error>;
}

/** Resolves when spans are taken. Throws a StartError when that cannot be; nothing is left running then. */
export async function startServer({ config, logger }: ServerOptions): Promise<Server> {
  const telemetry = createTelemetry();
  addProcessGauges(telemetry);
  const judges = judgeInfosOf(config, { logger, telemetry });
  const evaluators = evaluatorInfosOf(config, { logger, telemetry });
  const prices = priceTablesOf(config);
  let pauses: readonly JudgePause[] = [];
  const onPauses = (current: readonly JudgePause[]): void => void (pauses = current);
  const service = createService({
    config,
    components,
    conversationKeys: conversationKeysOf(config),
    logger,
    telemetry,
    surfaces({ store, authenticatorOf, exporterOf }) {
      const evaluation = createEvaluationRunner({
        config,
        store: store.evaluations,
        connect: () => connect(store),
        logger,
        telemetry,
      });
      return [
        { name: "judgement exporters", component: judgementExport(config, { store, exporterOf, logger }) },
        { name: "judges", component: judgeThread(config, store, prices, { logger, telemetry, onPauses }) },
        { name: "runs", component: evaluation.component },
        {
          name: "api",
          component: api(config.service.apiEndpoint, {
            ...authenticationOf(config, authenticatorOf),
            door: doorAt(config.service.apiEndpoint),
            redactors: createRedactors(redactionsOf(config)),
            recordings: recordingsOf(config),
            prices,
            conversationKeys: conversationKeysOf(config),
            store,
            judges,
            evaluators,
            evaluation: evaluation.runner,
            pausesOf: (name) => pauses.filter(({ project = name }) => project === name),
            logger,
            version,
          }),
        },
      ];
    },
  });
  await service.start();
  const { store, failure } = service;
  return { ...urlsOf(config, service), store, judges, evaluators, stop: async (hurry) => service.stop(hurry), failure };
}

type Reports = { readonly logger: Logger; readonly telemetry: ReadableTelemetry };

/** Created only to know who they are: the judges that work live in the judge thread. */
function judgeInfosOf(config: Config, reports: Reports): readonly JudgeInfo[] {
  return createJudges(judgeConfigsOf(config), components.judges, reports).map(({ identity, off, requests }) => ({
    ...identity,
    ...(requests === undefined ? {} : { requests }),
    ...(off === undefined ? {} : { off }),
  }));
}

/** As the judges': created only to know who they are. */
function evaluatorInfosOf(config: Config, reports: Reports): readonly EvaluatorInfo[] {
  const created = createEvaluators(evaluatorConfigsOf(config), components.evaluators, reports);
  return created.map(({ name, off, measures }) => ({
    name,
    version: createHash("sha256")
      .update(measures.map(({ version }) => version).join())
      .digest("hex")
      .slice(0, 16),
    measures: measures.map(({ name, of, version, asks }) => ({
      name,
      of,
      version,
      ...(asks === undefined ? {} : { asks }),
    })),
    // Each measure is counted by itself, and asks once if it asks a model; its price is that of another judge.
    ...(measures.some(({ asks }) => asks !== undefined) ? { requests: [{}] } : {}),
    ...(off === undefined ? {} : { off }),
  }));
}

/** In MiB. A session that takes more ends the judge thread. */
const JUDGE_HEAP = 2048;

function judgeThread(
  config: Config,
  store: Store,
  prices: PriceTables,
  { onPauses, ...reports }: Reports & { readonly onPauses: (pauses: readonly JudgePause[]) => void },
): Component {
  const judges = judgeConfigsOf(config);
  const evaluating = evaluatorConfigsOf(config);
  const { idleTimeoutMs: idleMs, maxDurationMs, transcripts } = config.service.sessions;
  const redactions = redactionsOf(config);
  const ids = conversationKeysOf(config);
  return superviseThread<PausesTold>({
    ...reports,
    name: "the judge thread",
    without: "nothing is judged",
    deaths: "turnwise_judge_thread_deaths",
    startError: {
      code: "judge_thread_failed",
      message: "the judges cannot be started",
      remedy: "Correct the judges' settings",
    },
    onMessage: ({ pauses }) => onPauses(pauses),
    onGone: () => onPauses([]),
    spawn() {
      const connection = connect(store);
      const reading = { prices, conversationKeys: ids };
      const taking = { transcripts, redactions };
      const workerData: JudgeThreadData = { judges, evaluating, idleMs, maxDurationMs, reading, taking, connection };
      return new Worker(new URL("./judge-thread.js", import.meta.url), {
        workerData,
        resourceLimits: { maxOldGenerationSizeMb: threadHeapMib(JUDGE_HEAP) },
        transferList: [connection.writer],
      });
    },
  });
}

function recordingsOf({ service: { sessions } }: Config) {
  const { speech, max_recording_mb: megabytes } = sessions.transcripts;
  return { maxBytes: megabytes * 1024 * 1024, isOff: speech.api_key === "" };
}

/** The application's own names go before those that libraries use. */
function conversationKeysOf({ service }: Config): readonly string[] {
  return [...new Set([...service.sessions.conversationKeys, ...conversationKeys])];
}

function judgementExport(
  { service }: Config,
  { exporterOf, ...context }: Pick<ServiceParts, "store" | "exporterOf"> & { readonly logger: Logger },
): Component {
  const exporters = service.sessions.judgementExporters.map((id) => ({ id, exporter: exporterOf(id) }));
  return exporters.length === 0 ? {} : createJudgementExport({ ...context, exporters });
}

/** How long a connection may stand still, so that readers that stopped reading do not keep others out. In milliseconds. */
const STANDSTILL_MS = 60_000;

function createApiServer(app: RequestListener): HttpServer {
  const server = createServer(app);
  server.timeout = STANDSTILL_MS;
  return server;
}

function authenticationOf({ service: { apiAuthenticator } }: Config, authenticatorOf: AuthenticatorOf) {
  if (apiAuthenticator === undefined) return {};
  const authenticator = authenticatorOf(apiAuthenticator);
  const { accounts } = authenticator;
  return { authenticator, ...(accounts && { accounts }) };
}

const isConnectable = (store: Store): store is SqliteStore => "connect" in store;

function connect(store: Store): SqliteConnection {
  if (!isConnectable(store)) throw new Error("the sessions' store cannot be used from another thread");
  return store.connect();
}

function api(endpoint: Endpoint, context: Parameters<typeof createApi>[0]): Component {
  const setting = "service::api::endpoint";
  context.authenticator?.requireDoor?.(doorAt(endpoint), setting);
  const stopping = new AbortController();
  const app = createApi({ ...context, eventStreams: { stopping: stopping.signal } });
  let listener: Listener | undefined;
  return {
    async start() {
      listener = await listen(endpoint, setting, () => createApiServer(app), {
        authenticated: context.authenticator !== undefined,
      });
    },
    async shutdown(hurry) {
      stopping.abort();
      await listener?.close({ hurry });
    },
    urls: () => (listener === undefined ? [] : [listener.url]),
  };
}

function urlsOf({ receivers, service: { extensions } }: Config, { urlsOf }: Service) {
  const [apiUrl = ""] = urlsOf("api");
  const [healthUrl] = extensions.flatMap((id) => urlsOf(`extensions::${id}`));
  const [metricsUrl] = urlsOf("service::telemetry::metrics");
  const otlpUrls = [...receivers.keys()].flatMap((id) => urlsOf(`receivers::${id}`));
  const otlpUrl = otlpUrls.find((url) => url.startsWith("http"));
  const otlpGrpcUrl = otlpUrls.find((url) => url.startsWith("grpc"));
  return {
    apiUrl,
    ...(otlpUrl === undefined ? {} : { otlpUrl }),
    ...(otlpGrpcUrl === undefined ? {} : { otlpGrpcUrl }),
    ...(healthUrl === undefined ? {} : { healthUrl }),
    ...(metricsUrl === undefined ? {} : { metricsUrl }),
  };
}
