/** Starts the thread that makes items of OTLP. */
import { Worker } from "node:worker_threads";
import type { EvaluationItem } from "../../model/evaluation.ts";
import { codeOf } from "../../model/errors.ts";
import { ApiError } from "../api-error.ts";
import { datasetError } from "./mistakes.ts";
import type { SentOtlp } from "./otlp-items.ts";

/** What the thread answers. */
export type OtlpItemsAnswer =
  | { readonly items: readonly EvaluationItem[] }
  | { readonly wrong: { readonly line: number | null; readonly message: string } };

/** What requests of the largest body are as values, and the sessions of them, is less; more ends the thread and not the process. */
const HEAP_MIB = 1024;

let last: Promise<unknown> = Promise.resolve();

/** The largest takes some ten seconds of a busy machine. */
const WITHIN_MS = 120_000;

/**
 * One body after the other: several at once would take several times that memory. Rejects with an ApiError for what is no OTLP, and
 * for what takes more memory or time than there is.
 */
export async function readOtlpItems(sent: SentOtlp, withinMs = WITHIN_MS): Promise<readonly EvaluationItem[]> {
  const before = last;
  const own = before.then(async () => readInThread(sent, withinMs));
  last = own.catch(() => undefined);
  return own;
}

async function readInThread(sent: SentOtlp, withinMs: number): Promise<readonly EvaluationItem[]> {
  const answer = await answerOf(sent, withinMs);
  if ("items" in answer) return answer.items;
  const { line, message } = answer.wrong;
  throw datasetError([{ line, key: null, message }]);
}

async function answerOf(sent: SentOtlp, withinMs: number): Promise<OtlpItemsAnswer> {
  const worker = new Worker(new URL("./otlp-items-thread.js", import.meta.url), {
    workerData: sent,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  let late: NodeJS.Timeout | undefined;
  const answering = new Promise<OtlpItemsAnswer>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (error) => reject(codeOf(error) === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch() : error));
    worker.once("exit", () => reject(new Error("the thread that reads OTLP ended without an answer")));
    late = setTimeout(() => reject(tooMuch()), withinMs);
  });
  try {
    return await answering;
  } finally {
    clearTimeout(late);
    await worker.terminate();
  }
}

const tooMuch = () =>
  new ApiError(
    413,
    "dataset_too_large",
    "the spans take more memory or time than there is for them; send a part of them",
  );
