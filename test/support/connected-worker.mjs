// A thread that works on a store of the main thread, as the judge pipeline does: builds every session it can claim.
import { workerData } from "node:worker_threads";
import { openConnectedStore } from "../../dist/stores/sqlite/connected-store.js";

const { connection, answers } = workerData;
const store = openConnectedStore(connection);

answers.once("message", async ({ expected, built }) => {
  let sessions = 0;
  let spans = 0;
  while (sessions < expected) {
    const claims = await store.claimSessions({ worker: "w", limit: 7, leaseMs: 60_000, idleMs: 0 });
    for (const claim of claims) {
      spans += (await store.readFacts(claim)).spans.length;
      await store.saveSession(claim, built, []);
      await store.releaseClaim(claim, { status: "completed" });
      sessions += 1;
    }
  }
  await store.shutdown();
  answers.postMessage({ sessions, spans });
});
