// Preloaded into a process under test: SIGUSR2 ends the thread whose file is named by TEST_THREAD, as a crash of it would.
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

if (threads.isMainThread) {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      if (String(url).includes(process.env.TEST_THREAD)) process.on("SIGUSR2", () => void this.terminate());
    }
  };
  syncBuiltinESMExports();
}
