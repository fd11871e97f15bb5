/** What became of the judges' work on a session, as the text of its column. */
import type { JudgingStatus } from "../../model/judging-status.ts";
import { parseStored } from "./stored-json.ts";

interface StoredStatus extends Omit<JudgingStatus, "retryAt"> {
  readonly retryMs?: number;
}

export function parseJudging(text: string): readonly JudgingStatus[] {
  return parseStored<readonly StoredStatus[]>(text).map(({ retryMs, ...status }) => ({
    ...status,
    ...(retryMs === undefined ? {} : { retryAt: new Date(retryMs) }),
  }));
}

/** Of judges that are not among the new ones, what was known stays. */
export function mergeJudging(text: string, news: readonly JudgingStatus[]): string {
  const known = parseJudging(text).filter(({ judge }) => !news.some((status) => status.judge === judge));
  const stored: readonly StoredStatus[] = [...known, ...news].map(({ retryAt, ...status }) => ({
    ...status,
    ...(retryAt === undefined ? {} : { retryMs: retryAt.getTime() }),
  }));
  return JSON.stringify(stored);
}
