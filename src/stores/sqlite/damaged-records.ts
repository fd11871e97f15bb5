/** What a read finds damaged, with the ids by which a person knows it. */
import type { Database } from "better-sqlite3";
import type { DamagedRecord } from "../../component/store.ts";

type Ids = Pick<DamagedRecord, "traceId" | "spanId">;

export interface DamagedRecords {
  add(kind: DamagedRecord["kind"], number: number): void;
  readonly all: () => readonly DamagedRecord[];
}

/** One for each read. */
export function prepareDamagedRecords(db: Database): () => DamagedRecords {
  const idsOf = {
    span: db.prepare<[number], Ids>(
      `SELECT lower(hex(trace_id)) AS traceId, format('%016x', span_id) AS spanId
       FROM spans JOIN traces USING (trace_no) WHERE span_no = ?`,
    ),
    log_record: db.prepare<[number], Ids>(
      "SELECT lower(hex(trace_id)) AS traceId FROM log_records JOIN traces USING (trace_no) WHERE log_record_no = ?",
    ),
  };
  return () => {
    const found: DamagedRecord[] = [];
    return {
      add(kind, number) {
        const ids = kind === "span" || kind === "log_record" ? idsOf[kind].get(number) : undefined;
        found.push({ kind, number, ...ids });
      },
      all: () => found,
    };
  };
}
