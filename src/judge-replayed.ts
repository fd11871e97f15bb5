/** Judges the sessions in OTLP files offline: what `turnwise judge SPANS.json` does. */
import type { SessionDetail } from "./api/contract.ts";
import type { Judge } from "./component/judge.ts";
import { judgeBuilt, requireJudging } from "./judge-built.ts";
import type { JudgeFileOptions } from "./judge-file.ts";
import type { BuiltSession } from "./model/session.ts";
import { replayedSessionId } from "./replayed-session.ts";
import { workInOrder } from "./work-in-order.ts";

/** One session detail for each session, under the id it would have in a server. Throws as judgeConversations does. */
export async function* judgeReplayed(
  sessions: readonly BuiltSession[],
  judge: Judge,
  options: JudgeFileOptions = {},
): AsyncGenerator<SessionDetail> {
  requireJudging(judge);
  const judging = { evaluateSafety: options.evaluateSafety ?? false };
  yield* workInOrder(
    each(sessions),
    (built, number, signal) => {
      const asked = { id: replayedSessionId(built), judging, metadata: {} };
      return judgeBuilt(built, asked, judge, { place: `session ${number}`, signal });
    },
    options,
  );
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
