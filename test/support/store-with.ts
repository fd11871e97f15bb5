import type { Store } from "../../src/component/store.ts";

const unused = (): never => {
  throw new Error("this test does not expect that the store is asked for this");
};

const untouched: Store = {
  writeSpans: unused,
  writeLogRecords: unused,
  createMessageSession: unused,
  closeSession: unused,
  requestJudgement: unused,
  requestBuild: unused,
  requestBuilds: unused,
  countRequestedBuilds: unused,
  deleteSession: unused,
  claimSessions: unused,
  renewClaim: unused,
  releaseClaim: unused,
  readFacts: unused,
  readNewFacts: unused,
  saveSession: unused,
  findLinkedSessions: unused,
  joinSession: unused,
  readJudgements: unused,
  saveTurnJudgement: unused,
  saveTrajectoryJudgement: unused,
  getSession: unused,
  findSessions: unused,
  countSessions: unused,
  countWaiting: unused,
  sendingQueueOf: unused,
  findParkedRequests: unused,
  decideParkedRequest: unused,
  watch: unused,
};

/** A store of which a test uses only these operations. */
export const storeWith = (used: Partial<Store>): Store => ({ ...untouched, ...used });
