/** Runs the writer in a thread of its own: the only connection that writes. */
import { parentPort, workerData } from "node:worker_threads";
import { toErrorReport } from "./store-error.ts";
import { startWriter, type WriterOptions } from "./writer.ts";
import type { WriterCommand } from "./writer-messages.ts";

try {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what store-threads.ts sends
  const writer = startWriter(workerData as WriterOptions, (damage) => parentPort?.postMessage({ damage }));
  parentPort?.on("message", (command: WriterCommand) => {
    if ("connect" in command) writer.connect(command.connect);
    else {
      writer.close();
      parentPort?.close();
    }
  });
  parentPort?.postMessage({ ready: true });
} catch (error) {
  parentPort?.postMessage({ failure: toErrorReport(error) });
}
