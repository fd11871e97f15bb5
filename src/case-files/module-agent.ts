/**
 * An agent that is a function in an ES module. It runs in threads of its own, one for each question that is open at the same time:
 * one that never returns, ends its process or throws where nobody catches it takes a thread along and not the run.
 */
import { resolve as resolvePath } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { type AgentAnswer, parseAnswer, toStep } from "../evaluation/cases/agent-answer.ts";
import { AgentError } from "../evaluation/cases/agent-error.ts";
import { type Agent, type AgentContext, type AgentRequest, toRequestJson } from "../evaluation/cases/agent.ts";
import { StartError } from "../model/errors.ts";
import type { FromAgentThread, ModuleAgentData, ToAgentThread } from "./module-agent-messages.ts";

export interface ModuleAgentOptions {
  readonly path: string;
  readonly exportName: string;
  /** How long the module may take to load. */
  readonly loadTimeoutMs?: number;
}

export interface ModuleAgent {
  readonly ask: Agent;
  /** Ends its threads. */
  readonly close: () => Promise<void>;
}

/** Resolves when the module has been loaded once. Throws a StartError when it cannot be, or has no such function. */
export async function createModuleAgent({
  path,
  exportName,
  loadTimeoutMs = 30_000,
}: ModuleAgentOptions): Promise<ModuleAgent> {
  const data: ModuleAgentData = { url: pathToFileURL(resolvePath(path)).href, exportName };
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let questions = 0;

  async function startThread(): Promise<Worker> {
    const thread = new Worker(new URL("./module-agent-thread.js", import.meta.url), {
      workerData: data,
      stdout: true,
      stderr: true,
    });
    // What it prints is of no use here, and would pile up if nobody read it.
    thread.stdout.resume();
    thread.stderr.resume();
    all.add(thread);
    thread.once("exit", () => {
      all.delete(thread);
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    });
    // Whoever waits for the thread hears of it as well; one that waits for work may die unheard, and is replaced.
    thread.on("error", () => undefined);
    try {
      await conversation(thread, 0, AbortSignal.timeout(loadTimeoutMs), (message, done) => {
        if (message.type === "ready") done();
      });
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    return thread;
  }

  async function ask(request: AgentRequest, { signal, step }: AgentContext): Promise<AgentAnswer> {
    const thread = idle.pop() ?? (await startThread());
    try {
      questions += 1;
      const question = questions;
      const answering = conversation<AgentAnswer>(thread, question, signal, (message, done) => {
        if (message.type === "step") {
          step(toStep(JSON.parse(message.json)));
          send(thread, { type: "go_on" });
        } else if (message.type === "answer") done(parseAnswer(message.json));
      });
      send(thread, { type: "ask", question, request: toRequestJson(request) });
      const answer = await answering;
      idle.push(thread);
      return answer;
    } catch (error) {
      // It may still be at work, and must not be when it is asked next.
      await thread.terminate();
      throw error;
    }
  }

  try {
    idle.push(await startThread());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      "agent_unloadable",
      `The agent ${path} cannot be loaded: ${reason}`,
      "Check agent.module and agent.export",
      { cause },
    );
  }
  return {
    ask,
    async close() {
      await Promise.all([...all].map(async (thread) => thread.terminate()));
    },
  };
}

const question = z.int();

/** The agent and the libraries that it uses can send to whoever started their thread, too: what is nothing of ours is left unheard. */
const told: z.ZodType<FromAgentThread> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("step"), question, json: z.string() }),
  z.object({ type: z.literal("answer"), question, json: z.string() }),
  z.object({
    type: z.literal("failure"),
    question,
    code: z.enum(["crashed", "timed_out", "bad_answer"]),
    message: z.string(),
  }),
]);

const send = (thread: Worker, message: ToAgentThread): void => thread.postMessage(message);

/** Hears what a thread says to a question (0: while it loads) until `hear` is done, or throws; rejects also when the thread fails or ends, or the signal aborts. */
function conversation<Value = void>(
  thread: Worker,
  question: number,
  signal: AbortSignal,
  hear: (message: FromAgentThread, done: (value: Value) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    const onMessage = (heard: unknown): void => {
      const message = told.safeParse(heard).data;
      if (message === undefined || (message.type !== "ready" && message.question !== question)) return;
      try {
        if (message.type === "failure") throw new AgentError(message.code, message.message);
        hear(message, (value) => settle(() => resolve(value)));
      } catch (error) {
        fail(error);
      }
    };
    const onError = (cause: Error): void => fail(new AgentError("crashed", cause.message, { cause }));
    const onExit = (status: number): void =>
      fail(new AgentError("crashed", `it ended its process with status ${status}`));
    const onAbort = (): void => fail(signal.reason);
    function settle(end: () => void): void {
      thread.off("message", onMessage).off("error", onError).off("exit", onExit);
      signal.removeEventListener("abort", onAbort);
      end();
    }
    thread.on("message", onMessage).on("error", onError).on("exit", onExit);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}
