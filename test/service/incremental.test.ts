/** Sessions that grow while they are built, on a real store: what is saved is what one build of everything gives. */
import { afterEach, describe, expect, it } from "vitest";
import type { Claim, Store } from "../../src/component/store.ts";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createKeptSessions } from "../../src/service/kept-sessions.ts";
import { processClaim } from "../../src/service/process-claim.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { deliver, loadCapture } from "../support/captures.ts";
import { chat } from "../support/conversation-spans.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { createTestStore } from "../support/sqlite-store.ts";

const project = "default";
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

/** A store, and a worker that takes all that waits, again and again until nothing does. */
async function openStore({ maxBytes }: { readonly maxBytes?: number } = {}) {
  const { store, destroy } = createTestStore(undefined, [...conversationKeys]);
  await store.start?.();
  cleanUp.push(destroy);
  const [logger, telemetry] = [recordingLogger(), createTelemetry()];
  const kept = createKeptSessions({ store, ...(maxBytes === undefined ? {} : { maxBytes }) });
  const parts = { store, judges: [], pauses: createJudgePauses(logger, telemetry), retries: createJudgeRetries() };
  const context = { ...parts, kept, leaseMs: 60_000, logger, telemetry };
  const claimAll = async (): Promise<readonly Claim[]> =>
    store.claimSessions({ worker: "test", limit: 100, leaseMs: 60_000, idleMs: 0 });
  async function settle(): Promise<void> {
    for (let claims = await claimAll(); claims.length > 0; claims = await claimAll())
      for (const claim of claims) await processClaim(claim, new AbortController().signal, context);
    expect(logger.lines).toEqual([]);
  }
  return {
    store,
    settle,
    write: async (...spans: readonly Span[]) => store.writeSpans(encodeSpans(spans), { project }),
  };
}

async function sessionsOf(store: Store) {
  const { sessions } = await store.findSessions({ project, limit: 100 });
  const shown = await Promise.all(sessions.map(async ({ id }) => store.getSession({ project, id })));
  return shown.flatMap((one) => one?.session ?? []);
}

describe.each([
  "ai-sdk-v6",
  "otel-contrib-openai",
  "openinference-openai-onetrace",
  "mastra-otel",
  "ai-sdk-v6-interleaved",
])("%s, built after every few requests,", (name) => {
  it.each([
    ["what was read is kept", {}],
    ["nothing is kept", { maxBytes: 1 }],
  ])(
    "is saved as it is built of everything at once (%s)",
    async (_, options) => {
      const { store, settle } = await openStore(options);
      const requests = deliver(loadCapture(name).requests, "shuffled", 5);
      const every = Math.ceil(requests.length / 6);
      for (const [at, { spans, logRecords }] of requests.entries()) {
        if (spans.length > 0) await store.writeSpans(encodeSpans(spans), { project });
        if (logRecords.length > 0) await store.writeLogRecords(encodeLogRecords(logRecords), { project });
        if (at % every === 0) await settle();
      }
      await settle();
      const facts = factsOfRequests(requests);
      for (const session of await sessionsOf(store)) {
        const { conversationId } = session;
        const whole = buildSession(facts, conversationId === undefined ? {} : { conversationId }).session;
        expect(session.turns).toEqual(whole.turns);
        expect(session).toMatchObject({ digest: whole.digest, usage: whole.usage, tools: whole.tools });
      }
      expect((await sessionsOf(store)).length).toBeGreaterThan(0);
    },
    60_000,
  );
});

const user = (text: string) => ({ user: text });
const said = (text: string) => ({ assistant: text });
const first = chat({ id: 1, trace: 1, at: 0 }, [user("a")], said("A"));
const named = (span: Span, id: string): Span => ({
  ...span,
  attributes: new Map([...span.attributes, ["gen_ai.conversation.id", id]]),
});
const second = named(chat({ id: 2, trace: 2, at: 10 }, [user("a"), said("A"), user("b")], said("B")), "c");

describe("a conversation that gets its name later", () => {
  it.each([
    ["after", [[first], [second]]],
    ["before", [[second], [first]]],
    ["together with", [[first, second]]],
  ])("takes in what came without it, built %s the part that has it", async (_, deliveries) => {
    const { store, settle, write } = await openStore();
    for (const spans of deliveries) {
      await write(...spans);
      await settle();
    }
    const [session, ...others] = await sessionsOf(store);
    expect([session?.conversationId, session?.turns.map(({ userContent }) => userContent), others]).toEqual([
      "c",
      ["a", "b"],
      [],
    ]);
  });

  it("takes in a trace whose late span brings the name, and its id keeps answering", async () => {
    const { store, settle, write } = await openStore();
    await write(first);
    await settle();
    const [before] = await sessionsOf(store);
    await write(named(chat({ id: 3, trace: 1, at: 5 }, [user("a"), said("A"), user("b")], said("B")), "late"));
    await settle();
    const [session, ...others] = await sessionsOf(store);
    expect([session?.conversationId, session?.turns.length, others]).toEqual(["late", 2, []]);
    expect((await store.getSession({ project, id: before!.id }))?.session.id).toBe(session?.id);
  });
});

describe("building all again", () => {
  it("changes nothing where nothing has changed, and joined sessions stay joined", async () => {
    const { store, settle, write } = await openStore();
    await write(first);
    await settle();
    await write(second);
    await settle();
    const before = await sessionsOf(store);
    for (let time = 0; time < 2; time += 1) {
      await store.requestBuilds({ project });
      await settle();
      expect(await sessionsOf(store)).toEqual(before);
      expect(await store.countRequestedBuilds(project)).toBe(0);
    }
  });
});
