/** BackfillStore as calls to the writer and to a reader, wherever these run. */
import type { BackfillStore } from "../../component/backfills.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { WriteOperations } from "./write-operations.ts";

export function createBackfillClient({
  write,
  read,
}: {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}): BackfillStore {
  return {
    plan: (options) => read("planBackfill", [options]),
    request: (request) => write("requestBackfill", [request]),
    cancel: (project) => write("cancelBackfill", [project]),
    readState: (project) => read("readBackfill", [project]),
    readCosts: (project, judge) => read("readJudgingCosts", [project, judge]),
  };
}
