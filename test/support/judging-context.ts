/** A session's judgements without a database, and all that a session is judged with. */
import type { Judge } from "../../src/component/judge.ts";
import type { TrajectoryJudgementRecord, TurnJudgementRecord } from "../../src/component/judgement-record.ts";
import type { Store } from "../../src/component/store.ts";
import { createJudgePauses } from "../../src/service/judge-pauses.ts";
import { createJudgeRetries } from "../../src/service/judge-retries.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "./recording-logger.ts";
import { storeWith } from "./store-with.ts";

/** The judgements of one session, by key as a store keeps them. The lease ends after so many savings. */
export function judgementStore({ leaseLasts = Number.POSITIVE_INFINITY } = {}) {
  const turns = new Map<string, TurnJudgementRecord>();
  const trajectories = new Map<string, TrajectoryJudgementRecord>();
  let savings = 0;
  const keyOf = ({ judge, digest }: TrajectoryJudgementRecord | TurnJudgementRecord): string =>
    JSON.stringify([judge.name, judge.version, digest]);
  const save = <Record extends TrajectoryJudgementRecord | TurnJudgementRecord>(
    map: Map<string, Record>,
    key: string,
    record: Record,
  ) => {
    savings += 1;
    if (savings > leaseLasts) return false;
    const isJudged = map.get(key)?.result.status === "judged";
    if (record.result.status === "judged" || !isJudged) map.set(key, record); // a failure takes no judgement's place
    return true;
  };
  const store = storeWith({
    readJudgements: async () => ({ turns: [...turns.values()], trajectories: [...trajectories.values()] }),
    saveTurnJudgement: async (_, record) => save(turns, `${record.turn} ${keyOf(record)}`, record),
    saveTrajectoryJudgement: async (_, record) => save(trajectories, keyOf(record), record),
  });
  return {
    store,
    shown: () =>
      [...turns.values(), ...trajectories.values()].map(
        (record) => `${"turn" in record ? record.turn : 0} ${record.judge.name}@${record.rank} ${record.result.status}`,
      ),
  };
}

/** What a session is judged with, with a log and numbers to look at. */
export function judgingContext(judges: readonly Judge[], store: Store) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  return {
    store,
    judges,
    logger,
    telemetry,
    retries: createJudgeRetries(),
    pauses: createJudgePauses(logger, telemetry),
  };
}
