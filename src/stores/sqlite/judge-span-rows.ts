/** The spans of judges' own calls: a row a judgement. See component/judge-spans.ts. */
import type { Database } from "better-sqlite3";
import type { JudgeSpans, JudgeSpansQuery } from "../../component/judge-spans.ts";
import type { Span } from "../../model/span.ts";
import { decodeSpans } from "../../otlp/decode-records.ts";
import { encodeSpans } from "../../otlp/encode-records.ts";
import { indexSpans } from "../../otlp/index-records.ts";
import { prepareFindSession } from "./find-session.ts";

/** As they travel to the writer: of one trace. */
export interface EncodedJudgeSpans {
  readonly traceId: string;
  /** An OTLP request. */
  readonly request: Uint8Array;
}

/** Undefined where there are none. */
export function encodeJudgeSpans(spans: readonly Span[]): EncodedJudgeSpans | undefined {
  const [first] = spans;
  return first === undefined ? undefined : { traceId: first.traceId, request: encodeSpans(spans).bytes };
}

interface Place {
  readonly sessionNo: number;
  readonly turn: number;
  readonly judge: string;
}

/** Of one turn and judge: asking again and again must not fill the disk. */
const keptJudgements = 5;
const insertSql = `
  INSERT INTO judge_spans (session_no, turn, judge_name, trace_id, request)
  VALUES (@sessionNo, @turn, @judge, unhex(@traceId), @request)`;
const pruneSql = `
  DELETE FROM judge_spans WHERE judge_span_no IN (
    SELECT judge_span_no FROM judge_spans WHERE session_no = @sessionNo AND turn = @turn AND judge_name = @judge
    ORDER BY judge_span_no DESC LIMIT -1 OFFSET ${keptJudgements})`;

export function prepareKeepJudgeSpans(db: Database): (place: Place, spans: EncodedJudgeSpans) => void {
  const insert = db.prepare(insertSql);
  const prune = db.prepare<Place>(pruneSql);
  return (place, spans) => {
    insert.run({ ...place, ...spans });
    prune.run(place);
  };
}

const readSql = `
  SELECT request FROM judge_spans WHERE session_no = @sessionNo AND (@traceId IS NULL OR trace_id = unhex(@traceId))
  ORDER BY judge_span_no DESC`;

export interface ReadJudgeSpans {
  /** Undefined: there is no such session. */
  readonly readJudgeSpans: (query: JudgeSpansQuery) => JudgeSpans | undefined;
}

export function createReadJudgeSpans(db: Database): ReadJudgeSpans {
  const find = prepareFindSession(db);
  const requests = db.prepare<object, Buffer>(readSql).pluck();
  return {
    readJudgeSpans: db.transaction(({ project, id, traceId, maxBytes }: JudgeSpansQuery): JudgeSpans | undefined => {
      const sessionNo = find({ project, id });
      if (sessionNo === undefined) return undefined;
      const spans: Span[] = [];
      let bytes = 0;
      for (const request of requests.iterate({ sessionNo, traceId: traceId ?? null })) {
        bytes += request.length;
        if (bytes > maxBytes) return { spans, hasMore: true };
        spans.push(...decodeSpans(indexSpans(request).encoded));
      }
      return { spans, hasMore: false };
    }),
  };
}
