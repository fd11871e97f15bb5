/** The API over real HTTP on a real store in a fresh folder; what the judge pipeline would do is done by `judge`. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { z } from "zod";
import { createApi, type ApiOptions } from "../../src/api/api.ts";
import type { ErrorBody } from "../../src/api/error-contract.ts";
import type { JudgeInfo } from "../../src/api/route.ts";
import type { SubmitResult, ValueHeadDetail } from "../../src/api/valuehead-contract.ts";
import { listen } from "../../src/component/listen.ts";
import type { Logger } from "../../src/component/component.ts";
import type { MetricScoreRecord } from "../../src/component/metric-scores.ts";
import type { Claim, NewMessageSession, Store } from "../../src/component/store.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import { requireDocumented } from "./documented-answers.ts";
import { openStore } from "./open-store.ts";

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly judges: readonly JudgeInfo[];
  readonly log: readonly LogLine[];
  close(): Promise<void>;
}

/** What is made of the store is given as a function. */
type OptionsOf = (given: { readonly store: Store; readonly logger: Logger }) => Promise<Partial<ApiOptions>>;

export async function startApi(given: Partial<ApiOptions> | OptionsOf = {}): Promise<ApiServer> {
  const { store, close: closeStore } = await openStore();
  const log: LogLine[] = [];
  const logAt = (level: string) => (fields: object, message: string) => void log.push({ level, fields, message });
  const logger: Logger = { debug: logAt("debug"), info: logAt("info"), warn: logAt("warn"), error: logAt("error") };
  const judges = [
    { name: "rules", version: "rules-1" },
    { name: "llm", version: "llm-1", off: "no API key" },
  ];
  const options = typeof given === "function" ? await given({ store, logger }) : given;
  const app = createApi({ store, judges, logger, version: "9.9.9", ...options });
  const listener = await listen({ host: "127.0.0.1", port: 0 }, "service::api", () => createServer(app));
  return {
    url: listener.url,
    port: listener.port,
    store,
    judges: options.judges ?? judges,
    log,
    async close() {
      await listener.close({ graceMs: 0 });
      await closeStore();
    },
  };
}

/** What tests look for by name in whatever is answered; nothing of it is certain. */
type AnswerBody = Partial<ErrorBody & SubmitResult & ValueHeadDetail>;
const anyAnswer = z.custom<AnswerBody>();

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined when the answer is not JSON. */
  readonly json: AnswerBody | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text is sent as it is; anything else as JSON with its content type. */
  readonly body?: unknown;
}

/** One request with `node:http`, which, unlike fetch, sends any header. Throws when the answer is not documented. */
export async function ask({ port }: ApiServer, path: string, { method, headers, body }: Ask = {}): Promise<Answer> {
  const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const type = typeof body === "object" ? { "content-type": "application/json" } : {};
  const call = request({ host: "127.0.0.1", port, path, method: method ?? (text === undefined ? "GET" : "POST") });
  for (const [name, value] of Object.entries({ ...type, ...headers })) call.setHeader(name, value);
  call.end(text);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once("response", resolve).once("error", reject);
  });
  const answer = await textOf(response);
  requireDocumented({
    method: call.method,
    path,
    status: response.statusCode ?? 0,
    type: response.headers["content-type"] ?? "",
    text: answer,
  });
  return { status: response.statusCode ?? 0, headers: response.headers, text: answer, json: parse(answer) };
}

function parse(text: string): AnswerBody | undefined {
  try {
    return anyAnswer.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export const hello: NewMessageSession = {
  project: "default",
  source: "messages",
  messages: [{ role: "user", content: "hello" }],
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
};

/** Takes the session that waits, as a judge would. */
export async function claim(store: Store, id: string): Promise<Claim> {
  const claims = await store.claimSessions({ worker: "test", limit: 100, leaseMs: 60_000, idleMs: 0 });
  const found = claims.find((claimed) => claimed.id === id);
  if (found === undefined) throw new Error(`session ${id} does not wait for a judge`);
  return found;
}

export async function saveTurnJudgement(store: Store, held: Claim, built: BuiltSession, judgement: TurnJudgement) {
  const digest = built.turns[judgement.turn - 1]!.digest;
  const result = { status: "judged", judgement } as const;
  await store.saveTurnJudgement(held, { judge: judgement.judge, rank: 0, digest, turn: judgement.turn, result });
}

export interface Judged {
  readonly built: BuiltSession;
  readonly turns: readonly TurnJudgement[];
  readonly trajectory?: TrajectoryJudgement;
  readonly metricScores?: readonly MetricScoreRecord[];
}

/** Builds and judges the waiting session, from claim to release; judgements of turns that it has not are left out. */
export async function judge(store: Store, id: string, { built, turns, trajectory, metricScores }: Judged) {
  const held = await claim(store, id);
  await store.saveSession(held, built, []);
  for (const judgement of turns.slice(0, built.turns.length)) await saveTurnJudgement(store, held, built, judgement);
  if (trajectory !== undefined) {
    const result = { status: "judged", judgement: trajectory } as const;
    await store.saveTrajectoryJudgement(held, { judge: trajectory.judge, rank: 0, digest: built.digest, result });
  }
  if (metricScores !== undefined) await store.metricScores.save(held, metricScores);
  await store.releaseClaim(held, { status: "completed" });
}
