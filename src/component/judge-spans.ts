/** The spans of judges' own calls to models: kept beside the session that they were made for, and no part of any. */
import type { Span } from "../model/span.ts";

export interface JudgeSpansQuery {
  readonly project: string;
  /** Of the session. */
  readonly id: string;
  /** Only those of this trace: of one judgement. */
  readonly traceId?: string;
  /** As they are stored; of more there are only the latest. */
  readonly maxBytes: number;
}

export interface JudgeSpans {
  /** The latest judgement's first. */
  readonly spans: readonly Span[];
  readonly hasMore: boolean;
}
