/** Reads one body of OTLP and ends: building sessions takes long, and other requests are not to wait for it. */
import { parentPort, workerData } from "node:worker_threads";
import { itemsOfOtlp, type SentOtlp, WrongOtlpError } from "./otlp-items.ts";
import type { OtlpItemsAnswer } from "./read-otlp-items.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only readOtlpItems starts this thread
const sent = workerData as SentOtlp;

function answerOf(): OtlpItemsAnswer {
  try {
    return { items: itemsOfOtlp(sent) };
  } catch (error) {
    if (error instanceof WrongOtlpError) return { wrong: { line: error.line, message: error.message } };
    throw error;
  }
}

parentPort?.postMessage(answerOf());
