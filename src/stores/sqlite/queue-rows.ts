/** The sending queues as the writer changes them. See component/sending-queue.ts. */
import { crc32 } from "node:zlib";
import type { ParkedDecision, QueuedItem, QueuedRequest } from "../../component/sending-queue.ts";
import type { ParkedRef } from "../../component/store.ts";
import type { WriteContext } from "./write-context.ts";

/** A request whose bytes have been written, as the body of that number. */
export interface WrittenRequest extends Omit<QueuedRequest, "bytes"> {
  readonly size: number;
  readonly bodyNo: number;
}

const insertSliceSql = `
  INSERT INTO queue_slices (slice_no, body_no, checksum, bytes)
  SELECT next, coalesce(@bodyNo, next), @checksum, @bytes
  FROM (SELECT coalesce(max(slice_no), 0) + 1 AS next FROM queue_slices)
  RETURNING body_no`;
const insertItemSql = `
  INSERT INTO queue_items (exporter, project_id, signal, records, size, body_no, created_ms)
  VALUES (@exporter, @project, @signal, @count, @size, @bodyNo, @createdMs)`;

const deleteParkedSql = `
  DELETE FROM queue_items WHERE item_no = @id AND project_id = @project AND parked IS NOT NULL
  RETURNING exporter, project_id AS project, signal, records AS count, size, body_no AS bodyNo, created_ms AS createdMs`;

interface DeletedRow extends WrittenRequest {
  readonly exporter: string;
  readonly createdMs: number;
}

export function createQueueRows({ db, now }: WriteContext) {
  const insertSlice = db.prepare<object, number>(insertSliceSql).pluck();
  const insertItem = db.prepare(insertItemSql);
  const deleteItem = db
    .prepare<[number], number>("DELETE FROM queue_items WHERE item_no = ? RETURNING body_no")
    .pluck();
  const deleteBody = db.prepare("DELETE FROM queue_slices WHERE body_no = ?");
  const countAttempt = db.prepare("UPDATE queue_items SET attempts = attempts + 1 WHERE item_no = ?");
  const deleteParked = db.prepare<object, DeletedRow>(deleteParkedSql);
  const park = db.prepare("UPDATE queue_items SET parked = @reason WHERE item_no = @id");

  /** Adds to the body of that number; without one begins a body. Returns its number. */
  function writeQueueSlice(bytes: Uint8Array, bodyNo?: number): number {
    const written = insertSlice.get({ bytes, checksum: crc32(bytes), bodyNo: bodyNo ?? null });
    if (written === undefined) throw new Error("a slice of a queued request was not written");
    return written;
  }

  function putQueueItem(exporter: string, { project, signal, count, size, bodyNo }: WrittenRequest): void {
    insertItem.run({ exporter, project, signal, count, size, bodyNo, createdMs: now() });
  }

  return {
    writeQueueSlice,
    putQueueItem,

    /** Both at once, for a request of one slice. */
    putQueueRequest(exporter: string, { bytes, ...request }: QueuedRequest): void {
      putQueueItem(exporter, { ...request, size: bytes.length, bodyNo: writeQueueSlice(bytes) });
    },

    /** Gives up a body that became no item. */
    dropQueueBody: (bodyNo: number): void => void deleteBody.run(bodyNo),

    retriedQueueItem: ({ id }: QueuedItem): void => void countAttempt.run(id),

    removeQueueItem({ id }: QueuedItem): void {
      const bodyNo = deleteItem.get(id);
      if (bodyNo !== undefined) deleteBody.run(bodyNo);
    },

    /** To be sent again it becomes a new item, as whoever sends has gone past its number. Undefined when there is none. */
    decideParkedRequest(ref: ParkedRef, kind: ParkedDecision["kind"]): ParkedDecision | undefined {
      const row = deleteParked.get(ref);
      if (row === undefined) return undefined;
      const { exporter, count, size, bodyNo } = row;
      if (kind === "retry") insertItem.run(row);
      else deleteBody.run(bodyNo);
      return { kind, exporter, count, size };
    },

    parkQueueItem: ({ id }: QueuedItem, reason: string): void => void park.run({ id, reason }),
  };
}
