// What a new turn costs in a session that is already long, and in a store that is already full: read what is new, build,
// save, look for other parts. Without the disk's part: what is measured is what grows.
//   node bench/derive.mjs           about five minutes
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { encodeSpans } from "../dist/otlp/encode-records.js";
import { createKeptSessions } from "../dist/service/kept-sessions.js";
import { findSessionToJoin } from "../dist/service/find-session-to-join.js";
import { openReader } from "../dist/stores/sqlite/open-database.js";
import { createReadOperations } from "../dist/stores/sqlite/read-operations.js";
import { toSessionChange } from "../dist/stores/sqlite/session-change.js";
import { openInProcess } from "./in-process.mjs";
import { spansOfTurn } from "./turn-spans.mjs";

const SESSIONS = 100_000;
/** New turns of which the median is shown. */
const TURNS = 60;
const WARM_UP = 20;

/** Rows of `{ name, value, goal }`. */
export async function run({ sessions = SESSIONS, spans = 100_000 } = {}) {
  return [
    ...(await inLongSessions()),
    ...(await inLongSessionsWithoutId()),
    ...(await inFullStores(sessions)),
    ...(await inSteps(spans)),
  ];
}

/** Agents that repeat the last messages only; those that repeat all send, with every call, what grows with the session. */
export async function inLongSessions() {
  const costs = await costsIn([10, 200, 2000], (span) => span);
  return [
    { name: "a new turn in a session of 10 turns", value: `${costs[10].toFixed(2)} ms` },
    { name: "in one of 200 turns / of 10", value: costs[200] / costs[10], goal: "<= 1.5" },
    { name: "in one of 2000 turns / of 10", value: costs[2000] / costs[10], goal: "<= 2" },
  ];
}

/** Traces that name no conversation: one for each turn, which is found to be a part of it, or one for all. */
export async function inLongSessionsWithoutId() {
  const [apart, together] = [await costsIn([10, 200], withoutId), await costsIn([10, 200], inOneTrace)];
  return [
    { name: "without an id, a new turn in a session of 10 turns", value: `${apart[10].toFixed(2)} ms` },
    { name: "without an id, in one of 200 turns / of 10", value: apart[200] / apart[10], goal: "<= 1.5" },
    { name: "in one trace, in one of 200 turns / of 10", value: together[200] / together[10], goal: "<= 3" },
  ];
}

/** Milliseconds for each number of turns; one of each after the other, so that what else the machine does concerns all. */
async function costsIn(sizes, change) {
  const costs = {};
  await withStore(async (work) => {
    for (const turns of sizes)
      for (let at = 0; at < turns; at += 10)
        await work.addAndDerive(`session of ${turns}`, at, Math.min(at + 10, turns), change);
    const times = await timesOf(sizes, (turns, at) =>
      work.addAndDerive(`session of ${turns}`, turns + at, turns + at + 1, change),
    );
    for (const turns of sizes) costs[turns] = median(times.get(turns));
  });
  return costs;
}

function withoutId(span) {
  return { ...span, attributes: new Map([...span.attributes].filter(([key]) => key !== "gen_ai.conversation.id")) };
}

function inOneTrace(span, name, number) {
  const traceId = Buffer.from(name.padEnd(16).slice(-16)).toString("hex");
  return { ...withoutId(span), traceId, spanId: (number + 1).toString(16).padStart(16, "0") };
}

/** In sessions of 10 turns; the last turn of each comes when all the others are there. */
export async function inFullStores(sessions) {
  const few = sessions / 100;
  let times = new Map();
  await withStore(async (small) => {
    for (let at = 0; at < few; at += 1) await small.fill(`filled ${at}`);
    await withStore(async (large) => {
      for (let at = 0; at < sessions; at += 1) await large.fill(`filled ${at}`);
      times = await timesOf([small, large], async (work, at) => {
        const name = `new ${at}`;
        work.add(name, 0, 9);
        await work.derive();
        return work.addAndDerive(name, 9, 10);
      });
    });
  });
  const [cost, costWhenFull] = [...times.values()].map(median);
  return [
    { name: `a new turn in a store of ${sessions} sessions / of ${few}`, value: costWhenFull / cost, goal: "<= 1.5" },
  ];
}

/** One conversation that never ends: 100,000 spans, built anew after every thousand. */
export async function inSteps(spans, steps = 100) {
  const perStep = Math.round(spans / steps / 3);
  const times = [];
  await withStore(async (work) => {
    for (let step = 0; step < steps; step += 1) {
      await work.add("endless", step * perStep, (step + 1) * perStep);
      times.push(await work.derive("endless"));
    }
  });
  const mean = (part) => part.reduce((sum, time) => sum + time, 0) / part.length;
  const tenth = Math.round(steps / 10);
  return [
    {
      name: `${spans} spans of one conversation in ${steps} steps`,
      value: `${((mean(times) * steps) / 1000).toFixed(1)} s`,
    },
    {
      name: "the last tenth of the steps / the second",
      value: mean(times.slice(-tenth)) / mean(times.slice(tenth, 2 * tenth)),
      goal: "<= 3",
    },
  ];
}

async function withStore(use) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-bench-"));
  const store = openInProcess(folder);
  store.db.pragma("synchronous = OFF");
  const read = createReadOperations(openReader(join(folder, "turnwise.db")));
  await use(workOn(store, read));
  await store.close();
  rmSync(folder, { recursive: true });
}

function workOn({ db, operations, write }, read) {
  const save = db.transaction((claim, change) => operations.saveSession(claim, change));
  const claimIn = db.transaction(() =>
    operations.claimSessions({ worker: "bench", limit: 1, leaseMs: 3_600_000, idleMs: 0 }),
  );
  const release = db.transaction((claim) => operations.releaseClaim(claim, { status: "completed" }));
  const joinInto = db.transaction((claim, into) => operations.joinSession(claim, into));
  const store = {
    readFacts: async (ref) => read.readFacts(ref),
    readNewFacts: async (ref, cursor) => read.readNewFacts(ref, cursor),
    findLinkedSessions: async (ref, links, limit) => read.findLinkedSessions(ref, links, limit),
    saveSession: async (claim, built, links, before) => save(claim, toSessionChange(built, links, before)),
  };
  const kept = createKeptSessions({ store });

  function add(name, from, until, change = (span) => span) {
    const spans = [];
    for (let turn = from; turn < until; turn += 1)
      spans.push(...spansOfTurn(name, turn).map((span, place) => change(span, name, turn * 3 + place)));
    write([encodeSpans(decodeSpans(encodeSpans(spans)))]);
  }

  /** Milliseconds of the work on the sessions themselves, until none waits. */
  async function derive() {
    let time = 0;
    for (let [claim] = claimIn(); claim !== undefined; [claim] = claimIn()) {
      const started = performance.now();
      const derived = await kept.derive(claim);
      derived.keep(await store.saveSession(claim, derived.built, derived.links, derived.before));
      const into = await findSessionToJoin(claim, derived, { store, kept });
      time += performance.now() - started;
      if (into === undefined) release(claim);
      else joinInto(claim, into);
    }
    return time;
  }

  return {
    add,
    derive,
    async addAndDerive(name, from, until, change) {
      add(name, from, until, change);
      return derive();
    },
    /** A session that is there, and built. */
    async fill(name) {
      add(name, 0, 1);
      await derive();
    },
  };
}

/** What `measure` gives for each of the kinds, TURNS times in turn; the first times warm up. */
async function timesOf(kinds, measure) {
  const times = new Map(kinds.map((kind) => [kind, []]));
  for (let at = 0; at < TURNS + WARM_UP; at += 1)
    for (const kind of kinds) {
      const time = await measure(kind, at);
      if (at >= WARM_UP) times.get(kind).push(time);
    }
  return times;
}

function median(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await run());
