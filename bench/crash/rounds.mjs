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
import { isOneSession, MAX_TURNS, turnRequest } from "./conversations.mjs";
import { startServerProcess } from "../../test/support/server-process.mjs";

const CONNECTIONS = 8;
/** Of which each round begins so many, and the last server of a folder has so long to build and judge them. */
const CONVERSATIONS = 2;
const MAX_JUDGING_MS = 60_000;
/** A folder is used for so many rounds: long enough for the log to be moved into the database, short enough to be checked. */
const ROUNDS_PER_FOLDER = 10;
/** Of those that the killed server acknowledged, so many are sent again. */
const RESENT = 40;

/** Of all, the contents of so many are compared, the last ones and others. */
const COMPARED = 10;
/** Rows that belong to nothing, or to nobody: there are none, for what belongs together is written in one commit. */
const ORPHANS = {
  "traces of no session": `SELECT count(*) FROM traces
    WHERE trace_no IN (SELECT trace_no FROM spans) AND trace_no NOT IN (SELECT trace_no FROM session_traces)`,
  "traces of a session that is gone": `SELECT count(*) FROM session_traces
    WHERE session_no NOT IN (SELECT session_no FROM sessions) OR trace_no NOT IN (SELECT trace_no FROM traces)`,
  "aliases of a session that is gone": `SELECT count(*) FROM session_aliases
    WHERE session_no NOT IN (SELECT session_no FROM sessions)`,
  "turns of a session that is gone": `SELECT count(*) FROM turns WHERE session_no NOT IN (SELECT session_no FROM built_sessions)`,
  "built sessions that are gone": `SELECT count(*) FROM built_sessions WHERE session_no NOT IN (SELECT session_no FROM sessions)`,
  "judgements of a session that is gone": `SELECT count(*) FROM judgements
    WHERE session_no NOT IN (SELECT session_no FROM sessions)`,
  "spans without what they are a difference to": `SELECT count(*) FROM spans
    WHERE base_no IS NOT NULL AND base_no NOT IN (SELECT span_no FROM spans)`,
};

/**
 * Resolves with `{ rounds, acknowledged, lost, duplicated, corrupt }`: requests, and of the last three spans, spans and requests
 * (or a database as a whole). `onRound` is told after each. `random` returns numbers in [0, 1).
 */
export async function runCrashRounds({ rounds, random, onRound = () => {} }) {
  const total = { rounds: 0, acknowledged: 0, lost: 0, duplicated: 0, corrupt: 0 };
  while (total.rounds < rounds) {
    const dataDir = mkdtempSync(join(tmpdir(), "turnwise-crash-"));
    // Every request is a trace of its own with SPANS_PER_REQUEST spans; here are their numbers.
    // Of a conversation, how many turns of it were sent, of which the last may be unanswered.
    const ledger = { next: 1, acknowledged: [], unanswered: [], conversations: [] };
    for (let round = 0; round < ROUNDS_PER_FOLDER && total.rounds < rounds; round += 1) {
      const known = ledger.acknowledged.length;
      await crash(await startExamined(dataDir, ledger, total, random), ledger, random);
      total.rounds += 1;
      total.acknowledged += ledger.acknowledged.length - known;
      onRound(total);
    }
    const last = await startExamined(dataDir, ledger, total, random);
    total.corrupt += await countScattered(last.apiUrl, ledger.conversations);
    onRound(total);
    await last.stop("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  }
  return total;
}

async function startExamined(dataDir, ledger, total, random) {
  const server = await startServerProcess({ dataDir });
  if (server.stderr().includes("is damaged")) throw new Error(`a kill damages nothing: ${server.stderr()}`);
  const { lost, duplicated, corrupt } = await examine(server, ledger, random);
  total.lost += lost;
  total.duplicated += duplicated;
  total.corrupt += corrupt;
  return server;
}

/** Some are killed while they stop, or start once more, most while they are written to. */
async function crash(server, ledger, random) {
  const killed = new AbortController();
  const load = Promise.all([
    ...Array.from({ length: CONNECTIONS }, () => sendUntil(killed.signal, server.otlpUrl, ledger)),
    ...Array.from({ length: CONVERSATIONS }, () => talkUntil(killed.signal, server.otlpUrl, ledger)),
  ]);
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

/** Goes on with a conversation for as long as its turns are acknowledged. */
async function talkUntil(signal, otlpUrl, { conversations }) {
  const talk = { conversation: conversations.length, turns: 0 };
  conversations.push(talk);
  while (!signal.aborted && talk.turns < MAX_TURNS) {
    talk.turns += 1;
    if (!(await sendBytes(otlpUrl, turnRequest(talk.conversation, talk.turns - 1).bytes))) return;
    await sleep(30);
  }
}

/** Of the conversations, those that did not become one session with all their turns. */
async function countScattered(apiUrl, conversations) {
  const giveUpAt = Date.now() + MAX_JUDGING_MS;
  const isOne = await Promise.all(conversations.map((talk) => isOneSession(apiUrl, talk, giveUpAt)));
  return isOne.filter((one) => !one).length;
}

const send = (otlpUrl, request) => sendBytes(otlpUrl, crashSpans(request).bytes);

/** False when the answer did not come, or is another than 200. */
async function sendBytes(otlpUrl, body) {
  try {
    const answer = await fetch(`${otlpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body,
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** What a server has of what others acknowledged, before and after some requests are sent again. */
async function examine({ otlpUrl, apiUrl, dataDir }, { acknowledged, unanswered, conversations }, random) {
  const before = readSpanCounts(dataDir);
  const missing = (request, counts) => Math.max(0, SPANS_PER_REQUEST - (counts.get(request) ?? 0));
  const lost = acknowledged.reduce((sum, request) => sum + missing(request, before), 0);
  const again = unanswered.splice(0);
  for (const request of [...acknowledged.slice(-RESENT), ...again])
    if (!(await send(otlpUrl, request))) throw new Error("a server that is not under attack refused a request");
  acknowledged.push(...again);
  for (const { conversation, turns } of conversations.slice(-CONVERSATIONS))
    if (!(await sendBytes(otlpUrl, turnRequest(conversation, turns - 1).bytes)))
      throw new Error("a server that is not under attack refused a turn");
  const after = readSpanCounts(dataDir);
  const duplicated = [...after.values()].reduce((sum, count) => sum + Math.max(0, count - SPANS_PER_REQUEST), 0);
  const lostAgain = acknowledged.reduce((sum, request) => sum + missing(request, after), 0);
  const damaged = [];
  const others = acknowledged.length === 0 ? [] : Array.from({ length: COMPARED }, () => oneOf(acknowledged, random));
  for (const request of new Set([...acknowledged.slice(-COMPARED), ...others]))
    if (!(await isIntact(apiUrl, request))) damaged.push(request);
  const unsound = (isDatabaseSound(dataDir) ? 0 : 1) + countOrphans(dataDir);
  return { lost: lost + lostAgain, duplicated, corrupt: damaged.length + unsound };
}

const oneOf = (list, random) => list[Math.floor(random() * list.length)];

/** The spans that the API hands out are those that were sent. */
async function isIntact(apiUrl, request) {
  const id = traceSessionId("default", request.toString(16).padStart(32, "0"));
  const answer = await fetch(`${apiUrl}/api/v1/sessions/${id}/spans`);
  const { records } = decodeJsonSpans(Buffer.from(await answer.arrayBuffer()));
  const inOrder = records.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1));
  return isDeepStrictEqual(inOrder, decodeSpans(crashSpans(request)));
}

/** Spans on disk by the number of their request, which is their trace id; those of conversations are beyond every number. */
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

function countOrphans(dataDir) {
  return withDatabase(dataDir, (db) => {
    const counts = Object.values(ORPHANS).map((sql) => db.prepare(sql).pluck().get());
    return counts.reduce((sum, count) => sum + count, 0);
  });
}

function withDatabase(dataDir, read) {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
