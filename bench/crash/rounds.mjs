// A server under load, killed at any moment, started again on the same folder: what it acknowledged must be there, once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import { decodeSpans } from "../../dist/otlp/decode-records.js";
import { decodeJsonSpans } from "../../dist/otlp/json-request.js";
import { traceSessionId } from "../../dist/stores/sqlite/session-id.js";
import { crashSpans, SPANS_PER_REQUEST } from "../../test/support/crash-spans.mjs";
import { startServerProcess } from "../../test/support/server-process.mjs";

const CONNECTIONS = 8;
/** A folder is used for so many rounds: long enough for the log to be moved into the database, short enough to be checked. */
const ROUNDS_PER_FOLDER = 10;
/** Of those that the killed server acknowledged, so many are sent again. */
const RESENT = 40;

/** Of those, the contents of so many are compared. */
const COMPARED = 5;

/**
 * Resolves with `{ rounds, acknowledged, lost, duplicated, corrupt }`: requests, and of the last three spans, spans and requests
 * (or a database as a whole). `onRound` is told after each. `random` returns numbers in [0, 1).
 */
export async function runCrashRounds({ rounds, random, onRound = () => {} }) {
  const total = { rounds: 0, acknowledged: 0, lost: 0, duplicated: 0, corrupt: 0 };
  while (total.rounds < rounds) {
    const dataDir = mkdtempSync(join(tmpdir(), "turnwise-crash-"));
    // Every request is a trace of its own with SPANS_PER_REQUEST spans; here are their numbers.
    const ledger = { next: 1, acknowledged: [], unanswered: [] };
    for (let round = 0; round < ROUNDS_PER_FOLDER && total.rounds < rounds; round += 1) {
      const known = ledger.acknowledged.length;
      await crash(await startExamined(dataDir, ledger, total), ledger, random);
      total.rounds += 1;
      total.acknowledged += ledger.acknowledged.length - known;
      onRound(total);
    }
    const last = await startExamined(dataDir, ledger, total);
    onRound(total);
    await last.stop("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  }
  return total;
}

async function startExamined(dataDir, ledger, total) {
  const server = await startServerProcess({ dataDir });
  const { lost, duplicated, corrupt } = await examine(server, ledger);
  total.lost += lost;
  total.duplicated += duplicated;
  total.corrupt += corrupt;
  return server;
}

/** Some are killed while they stop, or start once more, most while they are written to. */
async function crash(server, ledger, random) {
  const killed = new AbortController();
  const load = Promise.all(Array.from({ length: CONNECTIONS }, () => sendUntil(killed.signal, server.otlpUrl, ledger)));
  await sleep(random() * 600);
  if (random() < 0.1) {
    server.signal("SIGTERM");
    await sleep(random() * 100);
  }
  await server.stop("SIGKILL");
  killed.abort();
  await load;
  if (random() < 0.1) await killWhileStarting(server.dataDir, random() * 1200);
}

async function killWhileStarting(dataDir, afterMs) {
  const starting = startServerProcess({ dataDir, shell: `(sleep ${(afterMs / 1000).toFixed(3)}; kill -9 $$) &` });
  const server = await starting.catch(() => undefined); // killed before it was up
  await server?.stop("SIGKILL");
}

async function sendUntil(signal, otlpUrl, ledger) {
  while (!signal.aborted) {
    const request = ledger.next;
    ledger.next += 1;
    const isAcknowledged = await send(otlpUrl, request);
    (isAcknowledged ? ledger.acknowledged : ledger.unanswered).push(request);
    if (!isAcknowledged) return;
  }
}

/** False when the answer did not come, or is another than 200. */
async function send(otlpUrl, request) {
  try {
    const answer = await fetch(`${otlpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: crashSpans(request).bytes,
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** What a server has of what others acknowledged, before and after some requests are sent again. */
async function examine({ otlpUrl, apiUrl, dataDir }, { acknowledged, unanswered }) {
  const before = readSpanCounts(dataDir);
  const missing = (request, counts) => Math.max(0, SPANS_PER_REQUEST - (counts.get(request) ?? 0));
  const lost = acknowledged.reduce((sum, request) => sum + missing(request, before), 0);
  const again = unanswered.splice(0);
  for (const request of [...acknowledged.slice(-RESENT), ...again])
    if (!(await send(otlpUrl, request))) throw new Error("a server that is not under attack refused a request");
  acknowledged.push(...again);
  const after = readSpanCounts(dataDir);
  const duplicated = [...after.values()].reduce((sum, count) => sum + Math.max(0, count - SPANS_PER_REQUEST), 0);
  const lostAgain = acknowledged.reduce((sum, request) => sum + missing(request, after), 0);
  const damaged = [];
  for (const request of acknowledged.slice(-COMPARED)) if (!(await isIntact(apiUrl, request))) damaged.push(request);
  return { lost: lost + lostAgain, duplicated, corrupt: damaged.length + (isDatabaseSound(dataDir) ? 0 : 1) };
}

/** The spans that the API hands out are those that were sent. */
async function isIntact(apiUrl, request) {
  const id = traceSessionId("default", request.toString(16).padStart(32, "0"));
  const answer = await fetch(`${apiUrl}/api/v1/sessions/${id}/spans`);
  const { records } = decodeJsonSpans(Buffer.from(await answer.arrayBuffer()));
  const inOrder = records.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1));
  return isDeepStrictEqual(inOrder, decodeSpans(crashSpans(request)));
}

/** Spans on disk by the number of their request, which is their trace id. */
function readSpanCounts(dataDir) {
  return withDatabase(dataDir, (db) => {
    const rows = db
      .prepare("SELECT hex(trace_id), count(*) FROM spans JOIN traces USING (trace_no) GROUP BY trace_no")
      .raw();
    return new Map(rows.all().map(([traceId, count]) => [Number.parseInt(traceId, 16), count]));
  });
}

function isDatabaseSound(dataDir) {
  return withDatabase(dataDir, (db) => db.pragma("integrity_check", { simple: true }) === "ok");
}

function withDatabase(dataDir, read) {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
