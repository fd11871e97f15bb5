/** EvaluationStore as calls to the writer and to a reader, wherever these run. */
import type { EvaluationStore, RunClaim } from "../../component/evaluations.ts";
import { PermanentError } from "../../model/errors.ts";
import { encodeItem } from "./dataset-columns.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { Call } from "./rpc.ts";
import type { HeldRun } from "./run-claims.ts";
import type { WriteOperations } from "./write-operations.ts";

export interface EvaluationClientOptions {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
}

export function createEvaluationClient({ write, read }: EvaluationClientOptions): EvaluationStore {
  /** What another one left is cleared with it; what nobody clears, the next start does. */
  async function clearLeftovers(): Promise<void> {
    while (!(await write("clearEvaluationLeftovers", [])));
  }

  async function cleared<Outcome extends string>(outcome: Outcome): Promise<Outcome> {
    if (outcome === "done") await clearLeftovers();
    return outcome;
  }

  return {
    ensureProject: (project, name) => write("ensureEvaluationProject", [project, name]),
    getProject: (project, idOrName) => read("getEvaluationProject", [project, idOrName]),
    findProjects: (query) => read("findEvaluationProjects", [query]),
    saveProjectSettings: (ref, settings) => write("saveEvaluationProjectSettings", [ref, settings]),
    beginDataset: (dataset) => write("beginDataset", [dataset]),
    async addItems(ref, items) {
      const outcome = await write("addDatasetItems", [ref, items.map(encodeItem)]);
      if (outcome === "closed") throw notOpen();
      return outcome === "added" ? undefined : outcome;
    },
    async finishDataset(ref) {
      const dataset = await write("finishDataset", [ref]);
      if (dataset === undefined) throw notOpen();
      return dataset;
    },
    async discardDataset(ref) {
      await write("discardDataset", [ref]);
      await clearLeftovers();
    },
    getDataset: (ref) => read("getDataset", [ref]),
    findDatasets: (query) => read("findDatasets", [query]),
    findDatasetItems: (query) => read("findDatasetItems", [query]),
    deleteDataset: async (ref) => cleared(await write("deleteDataset", [ref])),
    createRun: (run) => write("createRun", [run]),
    getKeyedRun: (project, key) => read("getKeyedRun", [project, key]),
    getRun: (ref) => read("getRun", [ref]),
    findRuns: (query) => read("findRuns", [query]),
    cancelRun: (ref) => write("cancelRun", [ref]),
    deleteRun: async (ref) => cleared(await write("deleteRun", [ref])),
    findRunItems: (query) => read("findRunItems", [query]),
    getRunItem: (ref) => read("getRunItem", [ref]),
    readRunValues: (ref) => read("readRunValues", [ref]),
    readTrends: (query) => read("readTrends", [query]),
    claimRun: (options) => write("claimRun", [options]),
    resumeRuns: () => write("resumeRuns", []),
    extendRun: (claim, leaseMs) => write("extendRun", [heldOf(claim), leaseMs]),
    readUnscoredItems: (ref, options) => read("readUnscoredItems", [ref, options]),
    saveScores: (claim, scored, spent) => write("saveScores", [heldOf(claim), scored, spent]),
    finishRun: (claim, outcome) => write("finishRun", [heldOf(claim), outcome]),
    releaseRun: (claim) => write("releaseRun", [heldOf(claim)]),
    answers: {
      saveAnswer: (owner, key, answer) => write("saveRunAnswer", [owner, key, answer]),
      readAnswer: (owner, key) => read("readRunAnswer", [owner, key]),
    },
    countUse: (project, use) => write("countEvaluationUse", [project, use]),
  };
}

const notOpen = (): PermanentError => new PermanentError("There is no dataset of this id that takes items.");

/** A claim without what it was taken with, which nobody needs to send back. */
const heldOf = ({ project, id, lease }: RunClaim): HeldRun => ({ project, id, lease });
