/**
 * Serves the clients' writes. Whatever waits when a commit ends shares the next one, without any timer: alone a request is
 * committed at once, under load up to MAX_REQUESTS at a time.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import type { SessionNotice } from "../../component/store.ts";
import { type CheckpointSignal, signalCommit } from "./checkpoint-signal.ts";
import { lockDataFolder } from "./data-folder.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { FoundDamage } from "./mend-log.ts";
import { openWriter } from "./open-database.ts";
import type { Operations, Outcome, Request, ServerMessage } from "./rpc.ts";
import { createShortenLog } from "./shorten-log.ts";
import { createWriteOperations } from "./write-operations.ts";
import type { WatchCommand } from "./writer-messages.ts";

const MAX_REQUESTS = 64;

export interface WriterOptions {
  readonly dataDir: string;
  readonly conversationKeys: readonly string[];
  readonly signal: CheckpointSignal;
}

interface Writer {
  connect(port: MessagePort): void;
  /** Commits what waits and closes the database. */
  close(): void;
}

interface Client {
  readonly port: MessagePort;
  watches: boolean;
}

interface Waiting {
  readonly client: Client;
  readonly request: Request;
}

/** Throws StartError when the folder or the database cannot be used. */
export function startWriter(
  { dataDir, conversationKeys, signal }: WriterOptions,
  onDamage: (damage: FoundDamage) => void,
): Writer {
  const folder = lockDataFolder(dataDir);
  const db = openWriter(folder.databaseFile, onDamage);
  const commitGroup = createGroup(db, conversationKeys, onDamage);
  const shortenLog = createShortenLog(db, signal);
  const clients: Client[] = [];
  const waiting: Waiting[] = [];

  function accept(client: Client, message: Request | WatchCommand): void {
    if (!("watch" in message)) {
      waiting.push({ client, request: message });
      return;
    }
    client.watches = message.watch;
    const answer: ServerMessage = { answers: [[message.id, { result: undefined }]] };
    client.port.postMessage(answer);
  }

  /** Takes what the clients have sent meanwhile, one request of each in turn. */
  function fill(): void {
    for (let found = true; found && waiting.length < MAX_REQUESTS;) {
      found = false;
      for (const client of clients) {
        const received: { message: Request | WatchCommand } | undefined = receiveMessageOnPort(client.port);
        if (received === undefined) continue;
        found = true;
        accept(client, received.message);
      }
    }
  }

  function commit(): void {
    const group = waiting.splice(0);
    if (group.length === 0) return;
    const startedAt = performance.now();
    const { outcomes, notices } = commitGroup(group.map(({ request }) => request));
    const commitSeconds = (performance.now() - startedAt) / 1000;
    signalCommit(signal);
    for (const client of clients) answer(client, group, outcomes, notices, commitSeconds);
    shortenLog();
  }

  return {
    connect(port) {
      const client = { port, watches: false };
      clients.push(client);
      port.on("message", (message: Request | WatchCommand) => {
        accept(client, message);
        fill();
        commit();
      });
      port.on("close", () => void clients.splice(clients.indexOf(client), 1));
    },

    close() {
      for (fill(); waiting.length > 0; fill()) commit();
      for (const { port } of clients) port.close();
      db.close();
      folder.release();
    },
  };
}

/** Runs requests in one transaction and collects what the watchers are to hear of those that were committed. */
function createGroup(db: Database, conversationKeys: readonly string[], onDamage: (damage: FoundDamage) => void) {
  let heard: SessionNotice[] = [];
  const context = { db, now: Date.now, notify: (notice: SessionNotice) => void heard.push(notice), onDamage };
  const { operations, forget } = createWriteOperations(context, conversationKeys);
  const commitTogether = createGroupCommit(db, forget);

  function run({ operation, args }: Request): { result: unknown; notices: SessionNotice[] } {
    heard = [];
    const perform = (operations as Operations)[operation];
    if (perform === undefined) throw new Error(`unknown operation ${operation}`);
    return { result: perform(...args), notices: heard };
  }

  return (requests: readonly Request[]): { outcomes: Outcome[]; notices: SessionNotice[] } => {
    const done = commitTogether(requests.map((request) => () => run(request)));
    const notices = new Map<string, SessionNotice>();
    for (const outcome of done)
      if ("result" in outcome)
        for (const notice of outcome.result.notices)
          notices.set(`${notice.kind}|${notice.turn}|${notice.id}|${notice.project}`, notice);
    return {
      outcomes: done.map((outcome) => ("result" in outcome ? { result: outcome.result.result } : outcome)),
      notices: [...notices.values()],
    };
  };
}

function answer(
  client: Client,
  group: readonly Waiting[],
  outcomes: readonly Outcome[],
  notices: SessionNotice[],
  commitSeconds: number,
): void {
  const answers = group.flatMap((waiting, index): [number, Outcome][] => {
    const outcome = outcomes[index];
    return waiting.client === client && outcome !== undefined ? [[waiting.request.id, outcome]] : [];
  });
  const message: ServerMessage = {
    ...(answers.length > 0 ? { answers, commitSeconds } : {}),
    ...(client.watches && notices.length > 0 ? { notices } : {}),
  };
  if (message.answers !== undefined || message.notices !== undefined) client.port.postMessage(message);
}
