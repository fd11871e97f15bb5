/**
 * An agent that is a program: the request as JSON on its stdin, the answer as JSON on its stdout. A line `{"step": {...}}` before
 * the answer tells a step. Each turn starts it anew.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { type AgentAnswer, parseAnswer, toStep } from "../evaluation/cases/agent-answer.ts";
import { AgentError } from "../evaluation/cases/agent-error.ts";
import {
  type Agent,
  type AgentContext,
  type AgentRequest,
  longestAnswer,
  toRequestJson,
} from "../evaluation/cases/agent.ts";

export interface CommandAgentOptions {
  readonly command: readonly string[];
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder that it runs in. */
  readonly folder: string;
}

/** What is shown of the stderr of one that failed. */
const longestExcerpt = 500;

export function createCommandAgent(options: CommandAgentOptions): Agent {
  return (request, context) => askCommand(options, request, context);
}

/** Whatever ends the waiting kills the program, and with it those that it started. */
function askCommand(options: CommandAgentOptions, request: AgentRequest, context: AgentContext): Promise<AgentAnswer> {
  return new Promise((resolve, reject) => {
    const child = start(options);
    const output = readOutput(context);
    let errors = "";
    let isSettled = false;
    const settle = (end: () => void): void => {
      // Once it has ended, its number may be another program's, which must not be killed.
      if (isSettled) return;
      isSettled = true;
      context.signal.removeEventListener("abort", onAbort);
      end();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        kill(child);
        reject(error instanceof Error ? error : new AgentError("crashed", String(error)));
      });
    const onAbort = (): void => fail(context.signal.reason);
    context.signal.addEventListener("abort", onAbort);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      try {
        output.take(text);
      } catch (error) {
        fail(error);
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-longestExcerpt)));
    child.on("error", (cause) => fail(new AgentError("crashed", `it cannot be started: ${cause.message}`, { cause })));
    // At once, while its number is nobody else's: what it leaves behind has nothing to add, and would hold up the end of its output.
    child.on("exit", () => killGroup(child));
    child.on("close", (status, signal) =>
      settle(() => {
        try {
          if (status !== 0) throw new AgentError("crashed", describeEnd(status, signal, errors));
          resolve(parseAnswer(output.end()));
        } catch (error) {
          reject(error instanceof Error ? error : new AgentError("crashed", String(error)));
        }
      }),
    );
    // One that does not read what it is asked may have ended by now; what it answers or how it ended says the rest.
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${JSON.stringify(toRequestJson(request))}\n`);
  });
}

/** In a process group of its own, where there are such, so that all of it can be killed. */
function start({ command: [program = "", ...args], env, folder }: CommandAgentOptions) {
  return spawn(program, args, { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"], detached: hasGroups });
}

const hasGroups = process.platform !== "win32";

function kill(child: ChildProcess): void {
  // Whoever has left the group may still hold them, and would keep this process from ending.
  for (const stream of child.stdio) stream?.destroy();
  if (!hasGroups) child.kill("SIGKILL");
  else killGroup(child);
}

/** All of it, also when the program itself has just ended. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined || !hasGroups) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

function describeEnd(status: number | null, signal: NodeJS.Signals | null, errors: string): string {
  const end = status === null ? `was ended by ${signal}` : `ended with status ${status}`;
  return errors.trim() === "" ? `it ${end}` : `it ${end}: ${errors.trim()}`;
}

/** Tells each step as soon as its line is there; the rest is the answer. */
function readOutput({ step }: AgentContext): { take(text: string): void; end(): string } {
  let answer = "";
  let line = "";
  let length = 0;
  const takeLine = (whole: string): void => {
    const told = stepIn(whole);
    if (told === undefined) answer += whole;
    else step(toStep(told.step));
  };
  return {
    take(text) {
      length += text.length;
      if (length > longestAnswer) throw new AgentError("bad_answer", `it wrote more than ${longestAnswer} characters`);
      // Only what is new is looked through: an answer may be one line of millions.
      const ends = text.split("\n");
      const rest = ends.pop() ?? "";
      for (const end of ends) {
        takeLine(`${line}${end}\n`);
        line = "";
      }
      line += rest;
    },
    end() {
      takeLine(line);
      return answer;
    },
  };
}

function stepIn(line: string): { readonly step: unknown } | undefined {
  if (!/^\s*\{\s*"step"\s*:/.test(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "step" in value ? value : undefined;
  } catch {
    return undefined; // the begin of an answer over several lines
  }
}
