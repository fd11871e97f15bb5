// Works on the conversations of sets in two threads; what is learned about one is learned from the folds it is not in.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fitWeights } from "./fit-weights.mjs";
import { FOLDS, foldOf } from "./folds.mjs";

const THREADS = 2;

/**
 * What each conversation was judged as, with a table fitted on the folds it is not in; and the table fitted on all, undefined where
 * no set has outcomes to learn from: then the shipped one judges.
 */
export const judgeSets = (sets) =>
  withThreads(sets, async (ask) => {
    const examples = await ask("measure");
    const tables = Array.from({ length: FOLDS }, (_, fold) =>
      fitSome(examples.filter(({ group }) => foldOf(group) !== fold)),
    );
    return { judged: await ask(tables), table: fitSome(examples), examples };
  });

/** The table fitted on all conversations. */
export const fitSets = (sets) => withThreads(sets, async (ask) => fitWeights(await ask("measure")));

const fitSome = (examples) => (examples.length === 0 ? undefined : fitWeights(examples));

async function withThreads(sets, work) {
  const url = new URL("./judge-thread.mjs", import.meta.url);
  const threads = Array.from(
    { length: THREADS },
    (_, share) => new Worker(url, { workerData: { sets, share, shares: THREADS } }),
  );
  try {
    return await work(async (question) =>
      (await Promise.all(threads.map((thread) => answerOf(thread, question)))).flat(),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

async function answerOf(thread, question) {
  thread.postMessage(question);
  const [answer] = await once(thread, "message");
  return answer;
}
