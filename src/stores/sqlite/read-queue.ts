/** The sending queues as the reader sees them. See component/sending-queue.ts. */
import { crc32 } from "node:zlib";
import SqliteDatabase, { type Database } from "better-sqlite3";
import type {
  ParkedQuery,
  ParkedRequest,
  QueuedItem,
  QueueSize,
  StoredRequest,
} from "../../component/sending-queue.ts";
import { isTemporary } from "./store-error.ts";

const itemColumns =
  "item_no AS id, project_id AS project, signal, records AS count, size, created_ms AS createdMs, attempts";
const nextSql = `
  SELECT ${itemColumns} FROM queue_items
  WHERE exporter = @exporter AND parked IS NULL AND item_no > @after ORDER BY item_no LIMIT 1`;
const parkedSql = `
  SELECT ${itemColumns}, exporter, parked AS reason FROM queue_items
  WHERE project_id = @project AND parked IS NOT NULL AND item_no > @after AND (@exporter IS NULL OR exporter = @exporter)
  ORDER BY item_no LIMIT @limit`;
const sizeSql = (state: "IS NULL" | "IS NOT NULL"): string => `
  SELECT count(*) AS requests, coalesce(sum(records), 0) AS items, coalesce(sum(size), 0) AS bytes
  FROM queue_items WHERE exporter = @exporter AND parked ${state}`;
const waitingQueuesSql = `
  SELECT exporter, count(*) AS requests FROM queue_items WHERE parked IS NULL GROUP BY exporter ORDER BY exporter`;
const slicesSql = `
  SELECT checksum, bytes FROM queue_slices
  WHERE body_no = (SELECT body_no FROM queue_items WHERE item_no = ?) ORDER BY slice_no`;

export interface WaitingQueue {
  readonly exporter: string;
  readonly requests: number;
}

interface ItemRow extends Omit<QueuedItem, "createdAt"> {
  readonly createdMs: number;
}

interface ParkedRow extends Omit<ParkedRequest, "createdAt"> {
  readonly createdMs: number;
}

const toItem = <Row extends { readonly createdMs: number }>({ createdMs, ...item }: Row) => ({
  ...item,
  createdAt: new Date(createdMs),
});

interface Slice {
  readonly checksum: number;
  readonly bytes: Buffer;
}

const nothing: QueueSize = { requests: 0, items: 0, bytes: 0 };

export function createReadQueue(db: Database) {
  const next = db.prepare<object, ItemRow>(nextSql);
  const parked = db.prepare<object, ParkedRow>(parkedSql);
  const size = db.prepare<object, QueueSize>(sizeSql("IS NULL"));
  const parkedSize = db.prepare<object, QueueSize>(sizeSql("IS NOT NULL"));
  const waitingQueues = db.prepare<[], WaitingQueue>(waitingQueuesSql);
  const slices = db.prepare<[number], Slice>(slicesSql);

  function readBody({ id, size }: QueuedItem): StoredRequest {
    const read = slices.all(id);
    if (read.some(({ bytes, checksum }) => crc32(bytes) !== checksum)) return { damage: "the bytes have changed" };
    const length = read.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (length !== size) return { damage: `${length} of ${size} bytes are there` };
    return {
      bytes:
        read.length === 1 && read[0] !== undefined
          ? read[0].bytes
          : Buffer.concat(
              read.map((slice) => slice.bytes),
              length,
            ),
    };
  }

  return {
    nextQueueItem(exporter: string, after: number): QueuedItem | undefined {
      const row = next.get({ exporter, after });
      return row === undefined ? undefined : toItem(row);
    },

    findParkedRequests: ({ exporter, ...page }: ParkedQuery): ParkedRequest[] =>
      parked.all({ ...page, exporter: exporter ?? null }).map(toItem),

    /** A page that SQLite cannot make sense of harms the items on it and no others. */
    readQueueItem(item: QueuedItem): StoredRequest {
      try {
        return readBody(item);
      } catch (error) {
        if (isTemporary(error) || !(error instanceof SqliteDatabase.SqliteError)) throw error;
        return { damage: error.code };
      }
    },

    /** The queues in which something waits. */
    waitingQueues: (): WaitingQueue[] => waitingQueues.all(),

    queueSize: (exporter: string): QueueSize => size.get({ exporter }) ?? nothing,
    parkedSize: (exporter: string): QueueSize => parkedSize.get({ exporter }) ?? nothing,
  };
}
