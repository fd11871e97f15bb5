import { describe, expect, test } from "vitest";
import type { Claim, ReleaseOutcome, SessionFacts, Store } from "../../src/component/store.ts";
import { UnavailableError } from "../../src/model/errors.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createKeptSessions } from "../../src/service/kept-sessions.ts";
import { processClaim } from "../../src/service/process-claim.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { spanWith } from "../support/records.ts";
import { storeWith } from "../support/store-with.ts";

const claim: Claim = {
  project: "default",
  id: "s1",
  lease: "l",
  source: "otlp",
  judging: { evaluateSafety: false },
  factsVersion: 1,
  revision: 0,
  attempts: 1,
  rejudge: false,
};
const running = new AbortController().signal;

/** The facts of one model call in a trace of its own, which was given these texts and answered "Hi". */
function modelCall(traceId: string, ...said: string[]): SessionFacts {
  const message = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });
  const input = said.map((text, at) => message(at % 2 === 0 ? "user" : "assistant", text));
  const attributes = new Map([
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.input.messages", JSON.stringify(input)],
    ["gen_ai.output.messages", JSON.stringify([message("assistant", "Hi")])],
  ]);
  const startTimeUnixNano = 1_700_000_000_000_000_000n + BigInt(said.length);
  return { spans: [spanWith({ traceId, startTimeUnixNano, attributes })], logRecords: [], messages: [], tools: [] };
}

/** A store that has the facts of one model call, and notes how the session was let go. */
function storeThat(used: Partial<Store>) {
  const released: ReleaseOutcome[] = [];
  const readFacts = used.readFacts ?? (async () => modelCall("a".repeat(32), "Hello"));
  const store = storeWith({
    readFacts,
    readNewFacts: async (ref) => ({ ...(await readFacts(ref)), isWhole: true, hasMore: false, cursor: "", bytes: 0 }),
    saveSession: async () => 1,
    findLinkedSessions: async () => [],
    readJudgements: async () => ({ turns: [], trajectories: [] }),
    releaseClaim: async (_, outcome) => void released.push(outcome),
    renewClaim: async () => true,
    ...used,
  });
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  const pauses = createJudgePauses(logger, telemetry);
  const kept = createKeptSessions({ store });
  const context = {
    store,
    judges: [],
    pauses,
    retries: createJudgeRetries(),
    kept,
    leaseMs: 30_000,
    logger,
    telemetry,
  };
  return { context, released };
}

describe("processing a claim", () => {
  test("leaves a session alone that ended whoever took it three times, and says how to try again", async () => {
    const { context, released } = storeThat({ readFacts: () => Promise.reject(new Error("not to be read")) });
    await processClaim({ ...claim, attempts: 4 }, running, context);
    expect(released).toEqual([
      {
        status: "failed",
        error:
          "building this session ended the judge thread 3 times, as one does that is too large for its memory; to try again, ask for its judgement",
      },
    ]);
  });

  test("builds no session that is too large for its memory, reads no further, and says so", async () => {
    let reads = 0;
    const { context, released } = storeThat({
      readNewFacts: async () => {
        reads += 1;
        return {
          ...modelCall("a".repeat(32), "Hello"),
          isWhole: reads === 1,
          hasMore: true,
          cursor: "",
          bytes: 1_048_576,
        };
      },
      saveSession: () => Promise.reject(new Error("not to be saved")),
    });
    const kept = createKeptSessions({ store: context.store, mostBytes: 3.5 * 1_048_576 });
    await processClaim(claim, running, { ...context, kept });
    const error = "this session holds more than 3 MiB of records, too many to be built in memory";
    expect([released, reads]).toEqual([[{ status: "failed", error }], 4]);
    expect(context.logger.lines.map(({ level }) => level)).toEqual(["warn"]);
  });

  test("joins no session to one that is too large to be read", async () => {
    const { context, released } = storeThat({
      readNewFacts: async ({ id }) => ({
        ...modelCall((id === "s1" ? "a" : "b").repeat(32), "Hello"),
        isWhole: true,
        hasMore: false,
        cursor: "",
        bytes: id === "s1" ? 10 : 1000,
      }),
      findLinkedSessions: async () => [{ id: "huge", sharedLinks: 1, links: 1 }],
      joinSession: () => Promise.reject(new Error("not to be joined")),
    });
    const kept = createKeptSessions({ store: context.store, mostBytes: 100 });
    await processClaim(claim, running, { ...context, kept });
    expect(released).toMatchObject([{ status: "completed" }]);
  });

  test("saves what was built before it looks for the session to join", async () => {
    const calls: string[] = [];
    const { context, released } = storeThat({
      saveSession: async (_, built, links) => {
        calls.push(`save ${built.turns.length} ${links.length}`);
        return 1;
      },
      findLinkedSessions: async () => {
        calls.push("find");
        return [];
      },
    });
    await processClaim(claim, running, context);
    expect(calls).toEqual(["save 1 1", "find"]);
    expect(released).toEqual([{ status: "completed", judging: [] }]);
  });

  test("looks for no other session when the sender sent messages", async () => {
    const findLinkedSessions = () => Promise.reject(new Error("not to be asked"));
    const { context, released } = storeThat({ findLinkedSessions });
    await processClaim({ ...claim, source: "messages" }, running, context);
    expect(released).toEqual([{ status: "completed" }]);
  });

  test("of a conversation that its sender named calls in those that may be parts of it: all of them must be found in it", async () => {
    const called: string[] = [];
    const { context, released } = storeThat({
      findLinkedSessions: async () => [
        { id: "part", sharedLinks: 1, links: 1 },
        { id: "named", conversationId: "other", sharedLinks: 1, links: 1 },
        { id: "only begins alike", sharedLinks: 1, links: 3 },
      ],
      requestBuild: async ({ id }) => called.push(id) > 0,
    });
    await processClaim({ ...claim, conversationId: "c" }, running, context);
    expect([called, released]).toEqual([["part"], [{ status: "completed", judging: [] }]]);
  });

  test("lets nothing go when the session became part of another, or is held by someone else", async () => {
    const joined: string[] = [];
    const joining = storeThat({
      readFacts: async ({ id }) =>
        id === "s2" ? modelCall("b".repeat(32), "Hello") : modelCall("a".repeat(32), "Hello", "Hi", "And?"),
      findLinkedSessions: async () => [{ id: "s2", sharedLinks: 1, links: 1 }],
      joinSession: async (_, into) => joined.push(into) > 0,
    });
    await processClaim(claim, running, joining.context);
    const lost = storeThat({ saveSession: async () => undefined });
    await processClaim(claim, running, lost.context);
    expect([joined, joining.released, lost.released]).toEqual([["s2"], [], []]);
  });

  test("that fails unexpectedly is told, and tried again a few times", async () => {
    const { context, released } = storeThat({ readFacts: () => Promise.reject(new TypeError("bug")) });
    for (let time = 0; time < 5; time++) await processClaim(claim, running, context);
    expect(released.map(({ status, retryAt }) => [status, retryAt !== undefined])).toEqual([
      ["failed", true],
      ["failed", true],
      ["failed", true],
      ["failed", true],
      ["failed", false],
    ]);
    expect(released[0]?.error).not.toContain("bug");
    expect(context.logger.lines[0]).toMatchObject({ level: "error", fields: { session: "s1" } });
  });

  test("does not reject when the session cannot even be let go", async () => {
    const full = () => Promise.reject(new UnavailableError("disk full"));
    const { context } = storeThat({ saveSession: full, releaseClaim: full });
    await processClaim(claim, running, context);
    expect(context.logger.lines.map(({ level }) => level)).toEqual(["error", "warn"]);
  });

  test("says nothing when it is stopped in between", async () => {
    const stop = new AbortController();
    const { context, released } = storeThat({
      saveSession: () => {
        stop.abort();
        return Promise.reject(new UnavailableError("The store is not running."));
      },
    });
    await processClaim(claim, stop.signal, context);
    expect([released, context.logger.lines]).toEqual([[], []]);
  });

  test("stops working when the lease cannot be renewed", async () => {
    const { context, released } = storeThat({
      renewClaim: async () => false,
      saveSession: () => new Promise((resolve) => setTimeout(resolve, 100, 1)),
    });
    const judge = {
      identity: { name: "test", version: "1" },
      judgeTurn: () => Promise.reject(new Error("not to be asked")),
      judgeTrajectory: () => Promise.reject(new Error("not to be asked")),
    };
    await processClaim(claim, running, { ...context, judges: [judge], leaseMs: 30 });
    expect([released, context.logger.lines]).toEqual([[], []]);
  });
});
