import { workerData } from "node:worker_threads";
import { post, type PostResult } from "./post.ts";
import { delivered, type LastBatches, notDelivered } from "./send-at-exit.ts";

// oxlint-disable-next-line typescript/no-unsafe-assignment -- what sendAtExit passes
const { rounds, outcome }: LastBatches = workerData;
// The connections do not keep a thread alive; this does. Whoever waits does not wait longer than one of these.
const alive = setTimeout(() => undefined, rounds[0]?.target.timeoutMs);
const results: PostResult[] = [];
for (const { target, payloads } of rounds) {
  results.push(...(await Promise.all(payloads.map(async (payload) => post(target, payload)))));
}
clearTimeout(alive);
Atomics.store(outcome, 0, results.every(({ status }) => status === "delivered") ? delivered : notDelivered);
Atomics.notify(outcome, 0);
