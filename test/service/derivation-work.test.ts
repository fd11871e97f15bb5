/** How much is read, looked up and saved for one new turn of a session that is already long: what its tail takes. */
import { afterEach, describe, expect, it } from "vitest";
import type { Claim, Store } from "../../src/component/store.ts";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createKeptSessions } from "../../src/service/kept-sessions.ts";
import { processClaim } from "../../src/service/process-claim.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import type { Said, SpanPlace } from "../support/conversation-spans.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { createTestStore } from "../support/sqlite-store.ts";

const project = "default";
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

/** A store that counts, and a worker that takes all that waits, again and again until nothing does. */
async function openCountingStore({ maxBytes }: { readonly maxBytes?: number } = {}) {
  const { store, destroy } = createTestStore(undefined, [...conversationKeys]);
  await store.start?.();
  cleanUp.push(destroy);
  const work = { spansRead: 0, linksLookedUp: 0, turnsSaved: 0 };
  const slices: number[] = [];
  const counting: Store = {
    ...store,
    async readFacts(ref) {
      const facts = await store.readFacts(ref);
      work.spansRead += facts.spans.length;
      return facts;
    },
    async readNewFacts(ref, cursor) {
      const facts = await store.readNewFacts(ref, cursor);
      work.spansRead += facts.spans.length;
      slices.push(facts.bytes);
      return facts;
    },
    async findLinkedSessions(ref, links, limit) {
      work.linksLookedUp += links.length;
      return store.findLinkedSessions(ref, links, limit);
    },
    async saveSession(claim, built, links, before) {
      work.turnsSaved += built.turns.filter((turn, at) => turn !== before?.built.turns[at]).length;
      return store.saveSession(claim, built, links, before);
    },
  };
  const [logger, telemetry] = [recordingLogger(), createTelemetry()];
  const parts = { judges: [], pauses: createJudgePauses(logger, telemetry), retries: createJudgeRetries() };
  const kept = createKeptSessions({ store: counting, ...(maxBytes === undefined ? {} : { maxBytes }) });
  const context = { ...parts, store: counting, kept, leaseMs: 60_000, logger, telemetry };
  const claimAll = async (): Promise<readonly Claim[]> =>
    store.claimSessions({ worker: "test", limit: 100, leaseMs: 60_000, idleMs: 0 });

  /** What was done to build on with these spans. */
  const add = async (spans: readonly Span[]): Promise<typeof work> => {
    for (const span of spans) await store.writeSpans(encodeSpans([span]), { project });
    Object.assign(work, { spansRead: 0, linksLookedUp: 0, turnsSaved: 0 });
    slices.length = 0;
    for (let claims = await claimAll(); claims.length > 0; claims = await claimAll())
      for (const claim of claims) await processClaim(claim, new AbortController().signal, context);
    expect(logger.lines).toEqual([]);
    return { ...work };
  };
  return { store, add, slices };
}

const asksFor = (turn: number) => ({ calls: [{ id: `call ${turn}`, name: "search", arguments: { turn } }] });
const told = (turn: number) => ({ results: [{ id: `call ${turn}`, response: `result ${turn}` }] });
const exchange = (turn: number): readonly Said[] => [
  { user: `question ${turn}` },
  asksFor(turn),
  told(turn),
  { assistant: `answer ${turn}` },
];

/** A question, the tool that it takes, the answer; each call is given the last three turns. */
function turnSpans(turn: number, place: Partial<SpanPlace>): readonly Span[] {
  const earlier = Array.from({ length: Math.min(turn, 3) }, (_, at) => turn - Math.min(turn, 3) + at);
  const asked = [...earlier.flatMap(exchange), { user: `question ${turn}` }];
  const at = turn * 100;
  return [
    chat({ ...place, id: turn * 3 + 1, at, until: at + 10 }, asked, asksFor(turn)),
    tool({ ...place, id: turn * 3 + 2, at: at + 20, until: at + 30 }, { name: "search", id: `call ${turn}` }),
    chat({ ...place, id: turn * 3 + 3, at: at + 40, until: at + 50 }, [...asked, asksFor(turn), told(turn)], {
      assistant: `answer ${turn}`,
    }),
  ];
}

const kinds: readonly (readonly [string, (turn: number) => readonly Span[]])[] = [
  ["with an id", (turn) => turnSpans(turn, { trace: turn + 1, more: { "gen_ai.conversation.id": "c" } })],
  ["without one, each turn a trace", (turn) => turnSpans(turn, { trace: turn + 1 })],
  ["without one, all in one trace", (turn) => turnSpans(turn, { trace: 1 })],
];

describe.each(kinds)("a new turn of a session %s", (_, spansOf) => {
  it("takes as much work in a long session as in a short one", async () => {
    const { store, add } = await openCountingStore();
    const done = [];
    for (let turn = 0; turn < 40; turn += 1) done.push(await add(spansOf(turn)));
    const [short, long] = [done[10]!, done.at(-1)!];
    expect({ ...long, linksLookedUp: 0 }).toEqual({ ...short, linksLookedUp: 0 });
    // Looked for by all of them while these are few: find-session-to-join.ts says why.
    expect(long.linksLookedUp).toBeLessThanOrEqual(1000);
    // Without an id twice: alone, with the three turns that its history tells of, and then as a part of the whole.
    expect(long.spansRead).toBeLessThanOrEqual(6);
    expect(long.turnsSaved).toBeLessThanOrEqual(5);
    const { sessions } = await store.findSessions({ project, limit: 100 });
    expect(sessions.map(({ totalTurns }) => totalTurns)).toEqual([40]);
  }, 60_000);
});

describe("a session that is larger than all that shall be kept", () => {
  it("is kept all the same, alone", async () => {
    const { add } = await openCountingStore({ maxBytes: 20_000 });
    const read = [];
    for (let turn = 0; turn < 40; turn += 1) read.push((await add(kinds[0]![1](turn))).spansRead);
    expect([read[20], read.at(-1)]).toEqual([3, 3]);
  }, 60_000);
});

describe("other sessions that say the same here and there", () => {
  it("are read once, and not for each new turn", async () => {
    const { add } = await openCountingStore();
    const thanks = [{ user: "thanks" }, { assistant: "you are welcome" }];
    const stranger = (trace: number) =>
      chat({ id: trace, trace, at: trace }, [{ user: `other ${trace}` }, { assistant: "yes" }, ...thanks.slice(0, 1)], {
        assistant: "you are welcome",
      });
    await add(Array.from({ length: 5 }, (_, at) => stranger(1000 + at)));
    const said: { user: string }[] = [];
    const done = [];
    for (let turn = 0; turn < 20; turn += 1) {
      said.push({ user: `mine ${turn}` });
      done.push(
        await add([
          chat({ id: turn + 1, trace: 1, at: turn * 10 }, [...said, ...thanks, { user: "and" }], { assistant: "ok" }),
        ]),
      );
    }
    expect(done.slice(1).map(({ spansRead }) => spansRead)).toEqual(done.slice(1).map(() => 1));
  });
});

describe("a session that is too long to be read at once", () => {
  it("is read in slices, and built whole", async () => {
    const { store, add, slices } = await openCountingStore();
    const padding = { padding: "x".repeat(200_000), "gen_ai.conversation.id": "c" };
    const spans = Array.from({ length: 40 }, (_, turn) => turnSpans(turn, { trace: turn + 1, more: padding })).flat();
    const { spansRead } = await add(spans);
    expect([spansRead, slices.length > 4, Math.max(...slices) < 5 * 1024 * 1024]).toEqual([120, true, true]);
    const { sessions } = await store.findSessions({ project, limit: 9 });
    const shown = await store.getSession({ project, id: sessions[0]!.id });
    const whole = buildSession({ spans, logRecords: [] }, { conversationId: "c" }).session;
    expect(shown?.session.turns).toEqual(whole.turns);
  }, 60_000);
});
