import { LRUCache } from "lru-cache";
import type { Component, Logger } from "../../component/component.ts";
import type { Exporter } from "../../component/exporter.ts";
import type { SessionNotice, SessionRef, Store } from "../../component/store.ts";
import { encodeLogRecords } from "../../otlp/encode-records.ts";
import { createLogBatch } from "../../otlp/signal-batches.ts";
import { judgementRecords } from "./judgement-records.ts";

export interface JudgementExportOptions {
  readonly store: Store;
  readonly exporters: readonly { readonly id: string; readonly exporter: Exporter }[];
  readonly logger: Logger;
}

/** Sessions whose judgements were sent lately. */
const MAX_REMEMBERED = 10_000;

/**
 * Sends what sessions were judged to exporters, once they are done. Judgements stay in the store whatever becomes of the
 * sending, so a failure is only logged; an exporter with a sending queue makes it safe. What was judged while the server
 * that sends was not running is not sent later.
 */
export function createJudgementExport({ store, exporters, logger }: JudgementExportOptions): Component {
  const sent = new LRUCache<string, ReadonlySet<string>>({ max: MAX_REMEMBERED });
  let last = Promise.resolve();
  let unwatch: (() => void) | undefined;

  async function send(ref: SessionRef): Promise<void> {
    const judged = await store.getSession(ref);
    if (judged === undefined) return;
    const key = `${ref.project}|${judged.session.id}`;
    const known = sent.get(key) ?? new Set();
    const news = judgementRecords(judged, new Date()).filter((record) => !known.has(record.key));
    if (news.length === 0) return;
    const batch = createLogBatch({ encoded: encodeLogRecords(news.map(({ record }) => record)) });
    await Promise.all(exporters.map(async ({ exporter }) => exporter.export(batch, { project: ref.project })));
    sent.set(key, new Set([...known, ...news.map((record) => record.key)]));
  }

  function hear({ kind, project, id }: SessionNotice): void {
    if (kind !== "done") return;
    last = last
      .then(async () => send({ project, id }))
      .catch((error: unknown) => logger.warn({ err: error, session: id }, "judgements could not be sent on"));
  }

  return {
    async start() {
      unwatch = store.watch(hear);
    },
    async shutdown() {
      unwatch?.();
      await last;
    },
  };
}
