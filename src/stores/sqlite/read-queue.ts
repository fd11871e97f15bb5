/** The sending queues as the reader sees them. See component/sending-queue.ts. */
import { crc32 } from "node:zlib";
import SqliteDatabase, { type Database } from "better-sqlite3";
import type { QueuedItem, QueueSize, StoredRequest } from "../../component/sending-queue.ts";
import { isTemporary } from "./store-error.ts";

const waiting = "exporter = @exporter AND parked IS NULL";
const nextSql = `
  SELECT item_no AS id, project_id AS project, signal, records AS count, size, created_ms AS createdMs, attempts
  FROM queue_items WHERE ${waiting} AND item_no > @after ORDER BY item_no LIMIT 1`;
const sizeSql = `
  SELECT count(*) AS requests, coalesce(sum(records), 0) AS items, coalesce(sum(size), 0) AS bytes
  FROM queue_items WHERE ${waiting}`;
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

interface Slice {
  readonly checksum: number;
  readonly bytes: Buffer;
}

export function createReadQueue(db: Database) {
  const next = db.prepare<object, ItemRow>(nextSql);
  const size = db.prepare<object, QueueSize>(sizeSql);
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
      if (row === undefined) return undefined;
      const { createdMs, ...item } = row;
      return { ...item, createdAt: new Date(createdMs) };
    },

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

    queueSize(exporter: string): QueueSize {
      return size.get({ exporter }) ?? { requests: 0, items: 0, bytes: 0 };
    },
  };
}
