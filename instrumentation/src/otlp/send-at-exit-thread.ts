import { workerData } from "node:worker_threads";
import { post } from "./post.ts";
import { delivered, type LastBatches, notDelivered } from "./send-at-exit.ts";

// oxlint-disable-next-line typescript/no-unsafe-assignment -- what sendAtExit passes
const { target, payloads, outcome }: LastBatches = workerData;
// The connections do not keep a thread alive; this does.
const alive = setTimeout(() => undefined, target.timeoutMs);
const results = await Promise.all(payloads.map((payload) => post(target, payload)));
clearTimeout(alive);
Atomics.store(outcome, 0, results.every(({ status }) => status === "delivered") ? delivered : notDelivered);
Atomics.notify(outcome, 0);
