/** The answer to "no traces appear": one span sent the way an agent sends it and read back, hop by hop. */
import { randomBytes } from "node:crypto";
import type { SessionDetail, Turnwise } from "@turnwise/client";
import { explainFailure, getHealth } from "./api-client.ts";
import { isJudged, waitForSession } from "./wait-for-session.ts";

/** One step of the way. A failed one has a remedy; the hops after it are not tried. */
export interface Hop {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  /** What was found, in one sentence. */
  readonly detail: string;
  readonly remedy?: string;
}

export interface DoctorOptions {
  readonly client: Turnwise;
  /** Base URL of the OTLP/HTTP receiver, as agents have it. */
  readonly otlpUrl: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A hop that failed for a reason that the hop itself knows. */
class HopFailure extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

interface Way {
  readonly conversationId: string;
  session?: SessionDetail;
}

type Step = (options: DoctorOptions, way: Way) => Promise<string>;

const question = "Doctor: does this span arrive?";

const steps: readonly (readonly [name: string, step: Step])[] = [
  ["environment", checkEnvironment],
  ["api", askApi],
  ["receiver", sendSpan],
  ["store", findSpan],
  ["turns", awaitTurn],
  ["judge", checkJudgement],
];

/** Every hop as it ends; stops after the first that fails. The session is deleted again in any case. */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<Hop> {
  const way: Way = { conversationId: `doctor-${randomBytes(8).toString("hex")}` };
  try {
    for (const [name, step] of steps) {
      const hop = await tryStep(name, async () => step(options, way));
      yield hop;
      if (!hop.ok) return;
    }
  } finally {
    if (way.session !== undefined) await options.client.sessions.delete(way.session.id).catch(() => undefined);
  }
}

async function tryStep(name: string, step: () => Promise<string>): Promise<Hop> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  try {
    const detail = await step();
    return { name, ok: true, ms: ms(), detail };
  } catch (thrown) {
    const error = explainFailure(thrown);
    const remedy = error instanceof Error && "remedy" in error ? String(error.remedy) : "Look into the server's log";
    return { name, ok: false, ms: ms(), detail: error instanceof Error ? error.message : String(error), remedy };
  }
}

/** What the OpenTelemetry SDK would read in an agent that is started from this shell. */
async function checkEnvironment({ env, otlpUrl }: DoctorOptions): Promise<string> {
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") {
    throw new HopFailure("OTEL_SDK_DISABLED is true: agents started from here send nothing", "Unset OTEL_SDK_DISABLED");
  }
  const exporter = env["OTEL_TRACES_EXPORTER"];
  if (exporter !== undefined && exporter !== "" && !exporter.split(",").includes("otlp")) {
    throw new HopFailure("OTEL_TRACES_EXPORTER does not name otlp: agents started from here send nothing", "Unset it");
  }
  return `agents send to ${otlpUrl}`;
}

async function askApi({ client }: DoctorOptions): Promise<string> {
  const { version, judges } = await getHealth(client);
  const judging = judges.filter((judge) => judge.off === null).map((judge) => judge.name);
  const off = judges.flatMap((judge) => (judge.off === null ? [] : [`${judge.name} is off: ${judge.off}`]));
  return [`version ${version} at ${client.url}`, `judging: ${judging.join(", ") || "nobody"}`, ...off].join("; ");
}

async function sendSpan({ otlpUrl, env }: DoctorOptions, { conversationId }: Way): Promise<string> {
  const url = `${otlpUrl}/v1/traces`;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...credentialsOf(env) },
    body: JSON.stringify(toExportRequest(conversationId)),
    signal: AbortSignal.timeout(10_000),
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const remedy = "Start the server with: turnwise serve; or set OTEL_EXPORTER_OTLP_ENDPOINT to its OTLP/HTTP address";
    throw new HopFailure(`nothing receives at ${url}: ${cause}`, remedy);
  });
  const text = await response.text();
  if (response.status === 401 || response.status === 403) {
    throw new HopFailure(`${url} does not know who is sending`, "Set TURNWISE_API_KEY to a key that may send");
  }
  if (!response.ok) {
    const remedy = "The address must be the server's OTLP/HTTP receiver, without /v1/traces; its log says more";
    throw new HopFailure(`${url} answered with status ${response.status}`, remedy);
  }
  if (text.includes("rejectedSpans")) throw new HopFailure("the span was rejected", "Report this: it is a valid span");
  return `span accepted by ${url}`;
}

/** As the OTLP exporters of agents are given them: OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer KEY". */
function credentialsOf({ TURNWISE_API_KEY: key }: NodeJS.ProcessEnv): Record<string, string> {
  return key ? { authorization: `Bearer ${key}` } : {};
}

async function findSpan({ client, otlpUrl }: DoctorOptions, way: Way): Promise<string> {
  const session = await waitForSession(client, way.conversationId, () => true, 5000);
  if (session === undefined) {
    const remedy = `${client.url} and ${otlpUrl} must belong to the same server: set TURNWISE_URL or the OTLP endpoint`;
    throw new HopFailure("the span was accepted, but the API does not know its session", remedy);
  }
  way.session = session;
  const { damages } = await getHealth(client);
  if (damages > 0) {
    const remedy = 'Look into the server\'s log for the lines with "is damaged": they say what is lost and what to do';
    throw new HopFailure(`the span is stored, but damage was found in the store since its start (${damages})`, remedy);
  }
  return `stored as session ${session.id}`;
}

async function awaitTurn({ client }: DoctorOptions, way: Way): Promise<string> {
  if (way.session !== undefined) await client.sessions.close(way.session.id);
  const judged = await waitForSession(client, way.conversationId, isJudged, 30_000);
  if (judged === undefined) {
    throw new HopFailure(
      "nothing was built of the span within 30 s",
      "Look into the server's log for the judge pipeline",
    );
  }
  way.session = judged;
  const said = judged.turns.map((turn) => turn.user_content);
  if (said.length === 1 && said[0] === question) return "one turn was built, with the words that were sent";
  throw new HopFailure(`${said.length} turns were built, not the one that was sent`, "Report this");
}

async function checkJudgement(_options: DoctorOptions, { session }: Way): Promise<string> {
  const judgement = session?.turns[0]?.judgement;
  const others = (session?.judging ?? []).flatMap(({ judge, status, reason }) =>
    status === "judged" ? [] : [`${judge} is ${status}: ${reason ?? "it does not say why"}`],
  );
  if (judgement) return [`judged by ${judgement.judge.name} ${judgement.judge.version}`, ...others].join("; ");
  const remedy = "Configure a judge under service::sessions::judges; `rules` needs no key";
  throw new HopFailure(session?.error ?? "no judge judged", remedy);
}

/** One model call in today's GenAI conventions, as OTLP/JSON. */
function toExportRequest(conversationId: string) {
  const now = BigInt(Date.now()) * 1_000_000n;
  const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "turnwise",
    "gen_ai.request.model": "doctor",
    "gen_ai.conversation.id": conversationId,
    "gen_ai.input.messages": said("user", question),
    "gen_ai.output.messages": said("assistant", "It does."),
  };
  const span = {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    name: "chat doctor",
    kind: 3,
    startTimeUnixNano: String(now - 1_000_000n),
    endTimeUnixNano: String(now),
    attributes: toAttributes(attributes),
  };
  const resource = { attributes: toAttributes({ "service.name": "turnwise-doctor" }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "turnwise-doctor" }, spans: [span] }] }] };
}

const toAttributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
