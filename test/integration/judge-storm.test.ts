/** Two hundred sessions at once against a provider that does everything wrong. The model is a script; all else is real. */
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { startScriptedModel, type ScriptedReply, type ScriptedRequest } from "../../examples/scripted-model.mjs";
import type { Judge } from "../../src/component/judge.ts";
import type { SessionRef, Store } from "../../src/component/store.ts";
import { llmJudge } from "../../src/judges/llm.ts";
import { utcDay } from "../../src/model/spend.ts";
import { startJudgePipeline } from "../../src/service/judge-pipeline.ts";
import type { SessionStatus } from "../../src/model/session.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { openStore } from "../api/open-store.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { judgeHelpful, promptOf } from "../support/scripted-judge.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const SESSIONS = 200;
const PROJECTS = ["one", "two"] as const;
/** What each good answer costs, as scripted-judge.ts says. */
const TOKENS = 1000;

const faults: readonly ScriptedReply[] = [
  { status: 429, headers: { "retry-after-ms": "20" }, body: { error: { message: "slow down" } } },
  { status: 500, body: "oops" },
  { status: 503, headers: { "retry-after": "0" }, body: { error: { message: "busy" } } },
  { drop: true },
  { hang: true },
  { body: "<html></html>" },
  { message: { content: "garbage" }, usage: { prompt_tokens: 900, completion_tokens: 100 } },
  {
    message: { content: '{"reasoning":"cut' },
    finishReason: "length",
    usage: { prompt_tokens: 900, completion_tokens: 100 },
  },
];

/** A way to the model that can be cut and laid again at the same address. */
async function startWay(modelUrl: string) {
  const { port, pathname } = new URL(modelUrl);
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), "127.0.0.1");
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("close", () => outgoing.destroy());
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  await listen(0);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port
  const { port: own } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  cleanUp.push(cut);
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    async dieFor(ms: number): Promise<void> {
      await cut();
      await sleep(ms);
      await listen(own);
    },
  };
}

/** What was asked, however it was fenced. */
function questionOf(request: ScriptedRequest): string {
  const { user } = promptOf(request);
  const [, nonce = "-"] = /BEGIN UNTRUSTED DATA ([0-9a-f]{32})/.exec(user) ?? [];
  return user.replaceAll(nonce, "");
}

/** The provider: every fourth request goes wrong in one of all ways. Counts what it answered well, and what it billed. */
async function startProvider() {
  const answered = new Map<string, number>();
  const billed = new Map<string, number>();
  const model = await startScriptedModel(async (request) => {
    await sleep(5);
    const fault = request.number % 4 === 0 ? faults[(request.number / 4) % faults.length] : undefined;
    const question = questionOf(request);
    const project = PROJECTS.find((name) => question.includes(`of project ${name}`)) ?? "none";
    if (fault === undefined) answered.set(question, (answered.get(question) ?? 0) + 1);
    if (fault?.message !== undefined || fault === undefined) billed.set(project, (billed.get(project) ?? 0) + TOKENS);
    return fault ?? judgeHelpful(request);
  });
  cleanUp.push(() => model.close());
  return { model, answered, billed, way: await startWay(model.url) };
}

function createJudge(store: Store, settings: object): Judge {
  const config = {
    api_key: "sk-test-4f9c2a7b1e8d6053",
    model: "scripted",
    timeout: "300ms",
    max_attempts: 6,
    ...settings,
  };
  const judge = llmJudge.create(
    llmJudge.configSchema.parse({ max_output_tokens: 1000, max_concurrency: 64, ...config }),
    {
      id: "llm",
      logger: recordingLogger(),
      telemetry: createTelemetry(),
      ledger: store.spend,
      answers: store.answers,
    },
  );
  cleanUp.push(() => judge.shutdown?.());
  return judge;
}

const submit = (store: Store, number: number): Promise<SessionRef> => {
  const project = PROJECTS[number % PROJECTS.length] ?? "one";
  return store.createMessageSession({
    project,
    source: "messages",
    messages: [1, 2].flatMap((turn) => [
      { role: "user", content: `Question ${turn} in session ${number} of project ${project}` },
      { role: "assistant", content: `Answer ${turn}` },
    ]),
    metadata: {},
    judging: { evaluateSafety: false },
    open: false,
  });
};

interface Run {
  readonly concurrency: number;
  readonly isOver: (refs: readonly SessionRef[]) => Promise<boolean>;
}

async function judgeAll(store: Store, judge: Judge, { concurrency, isOver }: Run) {
  const refs = await Promise.all(Array.from({ length: SESSIONS }, (_, number) => submit(store, number)));
  const logger = recordingLogger();
  const pipeline = startJudgePipeline({
    store,
    judges: [judge],
    idleMs: 1000,
    concurrency,
    building: concurrency,
    logger,
    telemetry: createTelemetry(),
  });
  cleanUp.push(() => pipeline.stop());
  const giveUpAt = Date.now() + 90_000;
  while (!(await isOver(refs))) {
    if (Date.now() > giveUpAt) throw new Error("the sessions were not judged in time");
    await sleep(200);
  }
  await pipeline.stop();
  return { refs, logger };
}

async function countIn(store: Store, status: SessionStatus): Promise<number> {
  const counts = await Promise.all(PROJECTS.map(async (project) => store.countSessions({ project, status, limit: 1 })));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function judgedIn(store: Store, refs: readonly SessionRef[]): Promise<number> {
  const sessions = await Promise.all(refs.map(async (ref) => store.getSession(ref)));
  return sessions.filter((found) => found?.summary.judgedTurns === 2 && found.trajectory !== undefined).length;
}

describe(
  "two hundred sessions against a provider that rate-limits, hangs, truncates and dies",
  { timeout: 120_000 },
  () => {
    test("are judged in the end, each turn once, and nothing is asked again that was answered", async () => {
      const { store, close } = await openStore();
      cleanUp.push(close);
      const { model, answered, billed, way } = await startProvider();
      const judge = createJudge(store, { base_url: way.url });
      const dying = sleep(1000).then(() => way.dieFor(1000));
      const { refs, logger } = await judgeAll(store, judge, {
        concurrency: SESSIONS,
        isOver: async () => (await countIn(store, "completed")) === SESSIONS,
      });
      await dying;
      expect(await judgedIn(store, refs)).toBe(SESSIONS);
      expect(model.requests.length).toBeGreaterThan(SESSIONS * 3);
      expect(answered.size).toBe(SESSIONS * 3);
      const again = [...answered.values()].reduce((sum, times) => sum + times - 1, 0);
      // The way was cut once: answers that were under way then were never seen.
      expect(again).toBeLessThanOrEqual(64);
      for (const ref of refs) {
        const { turns, trajectories } = await store.readJudgements(ref);
        expect([...turns, ...trajectories].map(({ result }) => result.status)).toEqual(["judged", "judged", "judged"]);
      }
      const [spend] = await store.spend.readSpend({ day: utcDay(Date.now()) });
      expect(spend?.reserved).toEqual({ tokens: 0, nanoUsd: 0 });
      expect(spend?.spent.tokens).toBeGreaterThanOrEqual([...billed.values()].reduce((sum, tokens) => sum + tokens, 0));
      expect(logger.lines.filter(({ level }) => level === "error")).toEqual([]);
    });

    test("never spend more than a project may, and stop nobody else's", async () => {
      const { store, close } = await openStore();
      cleanUp.push(close);
      const { billed, way } = await startProvider();
      const ceiling = 150_000;
      const judge = createJudge(store, {
        base_url: way.url,
        project_budget: { tokens: ceiling },
        daily_budget: { tokens: 290_000 },
      });
      const isSettled = async (ref: SessionRef): Promise<boolean> =>
        ["paused", "judged"].includes((await store.getSession(ref))?.judging[0]?.status ?? "");
      const { refs } = await judgeAll(store, judge, {
        concurrency: 16,
        async isOver(all) {
          const settled = (await countIn(store, "completed")) + (await countIn(store, "failed"));
          return settled === SESSIONS && (await Promise.all(all.map(isSettled))).every(Boolean);
        },
      });
      const total = [...billed.values()].reduce((sum, tokens) => sum + tokens, 0);
      for (const project of PROJECTS) {
        expect(billed.get(project)).toBeGreaterThan(0);
        expect(billed.get(project)).toBeLessThanOrEqual(ceiling);
        const [spend] = await store.spend.readSpend({ day: utcDay(Date.now()), project });
        expect(spend?.spent.tokens).toBeLessThanOrEqual(ceiling);
      }
      expect(total).toBeLessThanOrEqual(290_000);
      expect(await judgedIn(store, refs)).toBeGreaterThan(0);
      const sessions = await Promise.all(refs.map(async (ref) => store.getSession(ref)));
      const paused = sessions.flatMap((found) => found?.judging ?? []).filter(({ status }) => status === "paused");
      expect(new Set(paused.map(({ code }) => code))).toEqual(new Set(["budget_exhausted"]));
    });
  },
);
