/** Hosts an agent that is a function of a module: `agent(request, { step })`. It is asked one thing at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { longestAnswer } from "../evaluation/cases/agent.ts";
import type { FromAgentThread, ModuleAgentData, ToAgentThread } from "./module-agent-messages.ts";

type AgentFunction = (request: unknown, context: { readonly step: (step: unknown) => Promise<void> }) => unknown;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what module-agent.ts sends
const { url, exportName } = workerData as ModuleAgentData;
const send = (message: FromAgentThread): void => parentPort?.postMessage(message);

/** Of the question asked last: those that wait for leave to take a step, in the order of asking. */
let waiting: (() => void)[] = [];

async function answer(agent: AgentFunction, question: number, request: unknown): Promise<void> {
  const waitingHere: (() => void)[] = [];
  waiting = waitingHere;
  /** Resolves when the step may be taken. When it must not be, this thread is ended instead. */
  const step = async (told: unknown): Promise<void> => {
    const json = toJson(told);
    return new Promise((resolve) => {
      waitingHere.push(resolve);
      send({ type: "step", question, json });
    });
  };
  let value: unknown;
  try {
    value = await agent(request, { step });
  } catch (error) {
    return send({ type: "failure", question, code: "crashed", message: textOf(error) });
  }
  try {
    const json = toJson(value);
    if (json.length > longestAnswer) throw new RangeError(`it answered with more than ${longestAnswer} characters`);
    send({ type: "answer", question, json });
  } catch (error) {
    send({ type: "failure", question, code: "bad_answer", message: textOf(error) });
  }
}

/** Throws for what JSON cannot say: a cycle, a bigint. */
const toJson = (value: unknown): string => JSON.stringify(value) ?? "null";

/** An agent may throw anything. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "it threw something that cannot be shown";
  }
}

const isFunction = (value: unknown): value is AgentFunction => typeof value === "function";

try {
  const module: unknown = await import(url);
  const exported = typeof module === "object" && module !== null ? Object.entries(module) : [];
  const agent: unknown = new Map(exported).get(exportName);
  if (!isFunction(agent)) throw new TypeError(`it exports no function "${exportName}"`);
  parentPort?.on("message", (message: ToAgentThread) => {
    if (message.type === "go_on") waiting.shift()?.();
    else void answer(agent, message.question, message.request);
  });
  send({ type: "ready" });
} catch (error) {
  send({ type: "failure", question: 0, code: "crashed", message: textOf(error) });
}
