// Reads while the database is large: one session's facts by id among 2 million spans, the newest 50 of 100,000 sessions.
//   node bench/reads.mjs           about a minute and 4.5 GB
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openReader } from "../dist/stores/sqlite/open-database.js";
import { createReadOperations } from "../dist/stores/sqlite/read-operations.js";
import { encodeSpans } from "../dist/otlp/encode-records.js";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { indexSpans } from "../dist/otlp/index-records.js";
import { toSessionChange } from "../dist/stores/sqlite/session-change.js";
import { openInProcess } from "./in-process.mjs";
import { makeSpanBatch } from "./payload.mjs";
import { createSpanLoad } from "./span-load.mjs";

const project = "default";
const SPANS = 2_000_000;
const SESSIONS = 100_000;
/** Sessions of 208 spans, 16 at a time among the others. */
const LARGE_SESSIONS = 100;
const READS = 300;

/** Rows of `{ name, value, goal }`. */
export async function run({ spans = SPANS } = {}) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-bench-"));
  const store = openInProcess(folder);
  const large = fill(store, spans);
  build(store, SESSIONS);
  await store.close();

  const read = createReadOperations(openReader(join(folder, "turnwise.db")));
  const rows = [
    row("facts of a 208-span session by id, ms", "<= 10", (index) => {
      const facts = read.readFacts({ project, id: large[index % large.length] });
      if (facts.spans.length !== 208) throw new Error(`${facts.spans.length} spans`);
    }),
    row("newest 50 of 100,000 sessions, ms", "<= 5", () => {
      if (read.findSessions({ project, limit: 50 }).sessions.length !== 50) throw new Error("not 50");
    }),
    row("a built session by id, ms", undefined, (index) =>
      read.getSession({ project, id: sessionIds[index % sessionIds.length] }),
    ),
    row("newest 50 of one user, ms", undefined, () => read.findSessions({ project, limit: 50, userId: "user-7" })),
    row("newest 50 with a rare word, ms", undefined, (index) =>
      read.findSessions({ project, limit: 50, text: `word${index}` }),
    ),
    row("newest 50 with a word of all, ms", undefined, () => read.findSessions({ project, limit: 50, text: "order" })),
  ];
  rmSync(folder, { recursive: true });
  return rows;
}

function row(name, goal, read) {
  const times = [];
  for (let index = 0; index < READS; index += 1) {
    const started = performance.now();
    read(index);
    times.push(performance.now() - started);
  }
  times.sort((left, right) => left - right);
  const at = (part) => times[Math.floor(times.length * part)].toFixed(2);
  return { name, value: `p50 ${at(0.5)} p99 ${at(0.99)}`, ...(goal === undefined ? {} : { goal }) };
}

/** Spans of sessions that are never built, and among them the large ones, whose ids are returned. */
function fill(store, spans) {
  const load = createSpanLoad();
  const requests = Math.floor(spans / 64);
  const every = Math.floor(requests / (LARGE_SESSIONS * 13));
  let sent = 0;
  for (let request = 0; request < requests; request += 16) {
    const group = Array.from({ length: Math.min(16, requests - request) }, () => load.next().encoded);
    if (Math.floor(request / every) > sent && sent < LARGE_SESSIONS * 13) {
      group.push(largeBatch(sent % LARGE_SESSIONS, sent));
      sent += 1;
    }
    store.write(group);
  }
  for (; sent < LARGE_SESSIONS * 13; sent += 1) store.write([largeBatch(sent % LARGE_SESSIONS, sent)]);
  return store.db.prepare("SELECT session_id FROM sessions WHERE conversation_id LIKE 'large-%'").pluck().all();
}

function largeBatch(session, seed) {
  const spans = decodeSpans(indexSpans(makeSpanBatch({ seed, spans: 16 })).encoded);
  const own = spans.map((span) => ({
    ...span,
    attributes: new Map([...span.attributes, ["gen_ai.conversation.id", `large-${session}`]]),
  }));
  return encodeSpans(own);
}

const sessionIds = [];
const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 };

/** Sessions of messages with three turns each, built and judged. */
function build({ db, operations }, count) {
  const begin = db.prepare("BEGIN");
  const commit = db.prepare("COMMIT");
  for (let done = 0; done < count; done += 500) {
    begin.run();
    for (let index = done; index < done + 500; index += 1) {
      const judging = { evaluateSafety: false };
      const session = {
        project,
        source: "messages",
        messages: [],
        metadata: {},
        judging,
        open: false,
      };
      const [{ id }] = operations.createMessageSessions([session]);
      sessionIds.push(id);
    }
    for (const [index, claim] of operations
      .claimSessions({ worker: "bench", limit: 500, leaseMs: 60_000, idleMs: 3_600_000 })
      .entries()) {
      operations.saveSession(claim, toSessionChange(builtSession(done + index), [BigInt(done + index)], undefined));
      operations.saveTurnJudgement(claim, judgement(done + index));
      operations.releaseClaim(claim, { status: "completed" });
    }
    commit.run();
  }
}

function builtSession(index) {
  const turns = [1, 2, 3].map((turn) => ({
    turn,
    userContent: `where is order word${index} ${turn} please tell me soon`.repeat(4),
    assistantContent: "it was shipped on Monday and will arrive within three days ".repeat(4),
    steps: [{ type: "tool_call", name: "get_order", arguments: { id: index }, result: { status: "shipped" } }],
    aborted: false,
    inferred: false,
    traceIds: [],
    flags: [],
    usage,
    digest: `${index}-${turn}`,
  }));
  return {
    source: "messages",
    userId: `user-${index % 5000}`,
    models: ["gpt-4o-mini"],
    dialects: [],
    tools: [],
    turns,
    usage,
    digest: `${index}`,
  };
}

function judgement(index) {
  const judge = { name: "rules", version: "1" };
  return {
    turn: 1,
    digest: `${index}-1`,
    judge,
    rank: 0,
    result: { status: "judged", judgement: { turn: 1, score: 1, reasoning: "fine", judge } },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [spans = SPANS] = process.argv.slice(2).map(Number);
  console.table(await run({ spans }));
}
