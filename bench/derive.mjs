// What a new turn costs in a session that is already long, and in a store that is already full: read what is new, build,
// save, look for other parts. Without the disk's part: what is measured is what grows.
//   node bench/derive.mjs           about two minutes
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

/** Rows of `{ name, value, goal }`. */
export async function run({ sessions = SESSIONS, spans = 100_000 } = {}) {
  return [...(await inLongSessions()), ...(await inFullStores(sessions)), ...(await inSteps(spans))];
}

/** Agents that repeat the last messages only; those that repeat all send, with every call, what grows with the session. */
export async function inLongSessions() {
  const costs = {};
  await withStore(async (work) => {
    for (const turns of [10, 200, 2000]) {
      const name = `session of ${turns}`;
      for (let at = 0; at < turns; at += 50) await work.add(name, at, Math.min(at + 50, turns));
      await work.derive(name);
      costs[turns] = await medianOf(TURNS, (at) => work.addAndDerive(name, turns + at));
    }
  });
  return [
    { name: "a new turn in a session of 10 turns", value: `${costs[10].toFixed(2)} ms` },
    { name: "in one of 200 turns / of 10", value: costs[200] / costs[10], goal: "<= 1.5" },
    { name: "in one of 2000 turns / of 10", value: costs[2000] / costs[10], goal: "<= 3" },
  ];
}

/** In sessions of 10 turns; the last turn of each comes when all the others are there. */
export async function inFullStores(sessions) {
  const costs = [];
  await withStore(async (work) => {
    let stored = 0;
    for (const size of [sessions / 100, sessions]) {
      for (; stored < size; stored += 1) await work.fill(`filled ${stored}`);
      costs.push(
        await medianOf(TURNS, async (at) => {
          const name = `new in ${size}, ${at}`;
          await work.add(name, 0, 9);
          await work.derive(name);
          return () => work.addAndDerive(name, 9);
        }),
      );
    }
  });
  return [
    {
      name: `a new turn in a store of ${sessions} sessions / of ${sessions / 100}`,
      value: costs[1] / costs[0],
      goal: "<= 1.5",
    },
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
  const store = {
    readFacts: async (ref) => read.readFacts(ref),
    readNewFacts: async (ref, cursor) => read.readNewFacts(ref, cursor),
    findLinkedSessions: async (ref, links, limit) => read.findLinkedSessions(ref, links, limit),
    saveSession: async (claim, built, links, before) => save(claim, toSessionChange(built, links, before)),
  };
  const kept = createKeptSessions({ store });

  function add(name, from, until) {
    const spans = [];
    for (let turn = from; turn < until; turn += 1) spans.push(...spansOfTurn(name, turn));
    write([encodeSpans(decodeSpans(encodeSpans(spans)))]);
  }

  /** Milliseconds of the work on the session itself. */
  async function derive() {
    const [claim] = claimIn();
    const started = performance.now();
    const derived = await kept.derive(claim);
    derived.keep(await store.saveSession(claim, derived.built, derived.links, derived.before));
    await findSessionToJoin(claim, derived, { store });
    const time = performance.now() - started;
    release(claim);
    return time;
  }

  return {
    add,
    derive,
    async addAndDerive(name, turn) {
      add(name, turn, turn + 1);
      return derive();
    },
    /** A session that is there, and built. */
    async fill(name) {
      add(name, 0, 1);
      await derive();
    },
  };
}

async function medianOf(count, measure) {
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const measured = await measure(at);
    times.push(typeof measured === "function" ? await measured() : measured);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await run());
