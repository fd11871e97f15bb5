/** What was read and built of sessions lately, so that building one again costs what is new of it, and not all of it. */
import { LRUCache } from "lru-cache";
import type { Claim, SavedBefore, Store } from "../component/store.ts";
import type { BuiltSession } from "../model/session.ts";
import { buildFromMessages } from "../session/build-from-messages.ts";
import { createSessionBuilder } from "../session/build-session.ts";
import type { SessionBuilder } from "../session/build-session.ts";
import type { ReadOptions } from "../session/facts-reader.ts";

export interface DerivedSession {
  readonly built: BuiltSession;
  /** See Store.saveSession. */
  readonly links: readonly bigint[];
  /** Something has come since the last save. */
  readonly hasNewFacts: boolean;
  /** The last save, when nobody saved since. */
  readonly before?: SavedBefore;
  /** To be called when it was saved under this revision. */
  keep(revision: number): void;
}

export interface KeptSessions {
  /** Builds what was claimed. Rejects as the store's reads do. */
  derive(claim: Claim): Promise<DerivedSession>;
}

export interface KeptSessionsOptions {
  readonly store: Store;
  readonly reading?: ReadOptions;
  /** How much is kept, counted as the bytes of the records; in memory it is a few times that. A larger session is never kept. */
  readonly maxBytes?: number;
}

interface KeptSession {
  readonly builder: SessionBuilder;
  readonly cursor: string;
  readonly bytes: number;
  /** Under which the rest was saved; a claim with another one is not of what is kept. */
  readonly revision: number;
  readonly saved: SavedBefore;
}

const defaultMaxBytes = 128 * 1024 * 1024;
/** What a small session takes beside its records. */
const overheadBytes = 4096;

export function createKeptSessions(options: KeptSessionsOptions): KeptSessions {
  const { store, reading = {}, maxBytes = defaultMaxBytes } = options;
  const kept = new LRUCache<string, KeptSession>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes + overheadBytes,
  });

  async function deriveFromMessages(claim: Claim, source: Exclude<Claim["source"], "otlp">): Promise<DerivedSession> {
    const { messages, tools } = await store.readFacts(claim);
    return {
      built: buildFromMessages({ messages, tools, source }),
      links: [],
      hasNewFacts: true,
      keep: () => undefined,
    };
  }

  return {
    async derive(claim) {
      const { project, id, source, conversationId, revision } = claim;
      if (source !== "otlp") return deriveFromMessages(claim, source);
      const key = JSON.stringify([project, id]);
      const known = kept.get(key);
      // Until it is saved it is in no cache: whatever fails on the way, the next one begins anew.
      kept.delete(key);
      const facts = await store.readNewFacts(
        claim,
        known?.revision === revision && claim.rebuild !== true ? known.cursor : undefined,
      );
      const before = facts.isWhole ? undefined : known;
      const builder =
        before?.builder ??
        createSessionBuilder({ ...reading, ...(conversationId === undefined ? {} : { conversationId }) });
      builder.add(facts);
      const { session: built, links } = builder.build();
      return {
        built,
        links,
        hasNewFacts: facts.spans.length + facts.logRecords.length > 0,
        ...(before === undefined ? {} : { before: before.saved }),
        keep(savedAs) {
          const bytes = (before?.bytes ?? 0) + facts.bytes;
          kept.set(key, { builder, cursor: facts.cursor, bytes, revision: savedAs, saved: { built, links } });
        },
      };
    },
  };
}
