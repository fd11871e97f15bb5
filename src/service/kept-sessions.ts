/** What was read and built of sessions lately, so that building one again costs what is new of it, and not all of it. */
import { setImmediate as letOthersRun } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import { LRUCache } from "lru-cache";
import type { Claim, SavedBefore, SessionRef, Store } from "../component/store.ts";
import type { BuiltSession } from "../model/session.ts";
import { buildFromMessages } from "../session/build-from-messages.ts";
import { createSessionBuilder } from "../session/build-session.ts";
import type { SessionBuilder } from "../session/build-session.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import type { IdentifiedUnit } from "../session/trace-units.ts";
import { withTranscript } from "../session/with-transcript.ts";

export interface DerivedSession {
  readonly built: BuiltSession;
  /** See Store.saveSession. */
  readonly links: readonly bigint[];
  /** Of these, those by which other sessions may be found now that were not found before. */
  readonly newLinks: readonly bigint[];
  readonly traces: ReadSession;
  /** The last save, when nobody saved since. */
  readonly before?: SavedBefore;
  /** To be called when it was saved under this revision. */
  keep(revision: number): void;
}

/** What a session's traces say, for comparing it with others. */
export interface ReadSession {
  readonly units: readonly IdentifiedUnit[];
  /** The order of its messages is known only together with those of the sessions that it is a part of. */
  readonly hasLogRecords: boolean;
}

/** Building the session would take more memory than there is. The message is for whoever looks at the session. */
export class SessionTooLargeError extends Error {
  override readonly name = "SessionTooLargeError";
}

export interface KeptSessions {
  /** Builds what was claimed. Rejects as the store's reads do, and with SessionTooLargeError. */
  derive(claim: Claim): Promise<DerivedSession>;
  /** Reads a session that came as telemetry, or what is new of it. One that is too large says nothing. */
  read(ref: SessionRef): Promise<ReadSession>;
}

export interface KeptSessionsOptions {
  readonly store: Store;
  readonly reading?: ReadOptions;
  /**
   * How much is kept, counted as the bytes of the records; in memory it is a few times that. One larger session is kept, too:
   * building it anew takes the same memory, and for each new span all of its time.
   */
  readonly maxBytes?: number;
  /** What one session may have, counted so: a larger one is not built. */
  readonly mostBytes?: number;
}

/** All that was read of a session. */
interface KeptSession {
  readonly builder: SessionBuilder;
  readonly cursor: string | undefined;
  readonly bytes: number;
  readonly hasLogRecords: boolean;
  /** Something has come that nothing was built of yet. */
  readonly hasNewFacts: boolean;
  readonly saved?: SavedBefore & { readonly revision: number };
}

const defaultMaxBytes = 128 * 1024 * 1024;
/**
 * Of the heap that this thread may have. Read and built, a span of 2.7 KiB takes 10 KiB (100,000 of them 1 GiB); the rest is for
 * what is kept beside it, and for garbage.
 */
const heapPart = 1 / 6;
/** What a small session takes beside its records. */
const overheadBytes = 4096;
/** A larger session leaves this part to the others, and none to a second one. */
const othersPart = 0.25;

/** What a session counts for. */
function sizeOf({ bytes }: KeptSession, maxBytes: number): number {
  const most = Math.floor(maxBytes * (1 - othersPart));
  return Math.min(bytes + overheadBytes, Math.max(most, 1));
}

export function createKeptSessions(options: KeptSessionsOptions): KeptSessions {
  const { store, reading = {}, maxBytes = defaultMaxBytes } = options;
  const mostBytes = options.mostBytes ?? getHeapStatistics().heap_size_limit * heapPart;
  const kept = new LRUCache<string, KeptSession>({
    maxSize: maxBytes,
    sizeCalculation: (session) => sizeOf(session, maxBytes),
  });
  const keyOf = ({ project, id }: SessionRef): string => JSON.stringify([project, id]);
  const nothingRead = (): KeptSession => ({
    builder: createSessionBuilder(reading),
    cursor: undefined,
    bytes: 0,
    hasLogRecords: false,
    hasNewFacts: true,
  });

  /** Until it is kept again it is in no cache: whatever fails on the way, the next one begins anew. */
  function take(ref: SessionRef): KeptSession | undefined {
    const known = kept.get(keyOf(ref));
    kept.delete(keyOf(ref));
    return known;
  }

  /** Between two slices of a long session others are served: a lease must be renewed. */
  async function readOn(ref: SessionRef, known: KeptSession | undefined): Promise<KeptSession> {
    let session = known ?? nothingRead();
    for (let hasMore = true; hasMore;) {
      const facts = await store.readNewFacts(ref, session.cursor);
      if (facts.isWhole && session.cursor !== undefined) session = nothingRead();
      session.builder.add(facts);
      session = {
        ...session,
        cursor: facts.cursor,
        bytes: session.bytes + facts.bytes,
        hasLogRecords: session.hasLogRecords || facts.logRecords.length > 0,
        hasNewFacts: session.hasNewFacts || facts.spans.length + facts.logRecords.length > 0,
      };
      if (session.bytes > mostBytes) throw tooLarge(mostBytes);
      ({ hasMore } = facts);
      if (hasMore) await letOthersRun();
    }
    return session;
  }

  async function deriveFromMessages(claim: Claim, source: Exclude<Claim["source"], "otlp">): Promise<DerivedSession> {
    const { messages, tools, transcript } = await store.readFacts(claim);
    return {
      built: withTranscript(buildFromMessages({ messages, tools, source }), transcript),
      links: [],
      newLinks: [],
      traces: { units: [], hasLogRecords: false },
      keep: () => undefined,
    };
  }

  return {
    async derive(claim) {
      const { source, conversationId, revision } = claim;
      if (source !== "otlp") return deriveFromMessages(claim, source);
      const known = take(claim);
      const session = await readOn(claim, claim.rebuild === true ? undefined : known);
      const before = session.saved?.revision === revision ? session.saved : undefined;
      const { session: built, links, newLinks } = session.builder.build(conversationId);
      return {
        built,
        links,
        // One that is built again without any new fact was asked to look again.
        newLinks: before === undefined || !session.hasNewFacts ? links : newLinks,
        traces: toReadSession(session),
        ...(before === undefined ? {} : { before }),
        keep(savedAs) {
          kept.set(keyOf(claim), { ...session, hasNewFacts: false, saved: { revision: savedAs, built, links } });
        },
      };
    },

    async read(ref) {
      try {
        const session = await readOn(ref, take(ref));
        kept.set(keyOf(ref), session);
        return toReadSession(session);
      } catch (error) {
        if (error instanceof SessionTooLargeError) return { units: [], hasLogRecords: false };
        throw error;
      }
    },
  };
}

function tooLarge(mostBytes: number): SessionTooLargeError {
  const most = Math.floor(mostBytes / 1024 / 1024);
  return new SessionTooLargeError(
    `this session holds more than ${most} MiB of records, too many to be built in memory`,
  );
}

function toReadSession({ builder, hasLogRecords }: KeptSession): ReadSession {
  return { units: builder.read(), hasLogRecords };
}
