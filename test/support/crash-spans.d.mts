import type { EncodedRecords } from "../../src/model/signal-batch.ts";

export const SPANS_PER_REQUEST: number;
export function crashSpans(request: number): EncodedRecords;
