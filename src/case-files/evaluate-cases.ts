/** What `turnwise eval` does between reading a case file and reporting: the agent is created, asked, scored and let go. */
import { resolve } from "node:path";
import type { AgentConfig, CaseFile } from "./case-file-schema.ts";
import { createCommandAgent } from "./command-agent.ts";
import { createEndpointAgent } from "./endpoint-agent.ts";
import { createUserProxy } from "../evaluation/metrics/user-proxy/create-user-proxy.ts";
import { runCases, type RunOptions } from "../evaluation/cases/run-cases.ts";
import { scoreByExpectations } from "../evaluation/cases/score-by-expectations.ts";
import type { RunResult } from "../evaluation/cases/trial-result.ts";
import { createJudgeModel, type JudgeModel } from "./judge-model.ts";
import { createModuleAgent, type ModuleAgent } from "./module-agent.ts";

export { compareRuns, type RunComparison } from "../evaluation/cases/compare-runs.ts";
export { openJournal } from "./run-journal.ts";
export { firstFailure, reasonsOf, type CaseResult, type RunResult } from "../evaluation/cases/trial-result.ts";

export interface EvaluateOptions extends Pick<RunOptions, "name" | "signal" | "onTrial" | "known"> {
  /** The folder that the case file is in. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws a StartError when the agent cannot be created; rejects when it is cancelled. The file is a checked one. */
export async function evaluateCases(file: CaseFile, { folder, env, ...options }: EvaluateOptions): Promise<RunResult> {
  const { cases, run, guards, scoring } = file;
  const judge = file.judge && createJudgeModel(file.judge);
  try {
    const needs = judge === undefined ? {} : { client: judge.client };
    const score = scoreByExpectations(cases, { ...scoring, ...needs, maxSteps: guards.maxSteps });
    const userOf = judge && createUsers(judge);
    const agent = await createAgent(file.agent, folder, env);
    try {
      return await runCases(cases, { ...run, ...options, agent: agent.ask, score, userOf, guard: guards.guard });
    } finally {
      await agent.close();
    }
  } finally {
    judge?.close();
  }
}

const createUsers =
  ({ client }: JudgeModel): RunOptions["userOf"] =>
  ({ doneWhen: terminatingConditions, task: taskSummary, persona, firstMessage: initialMessage = "" }) =>
    createUserProxy({ client, taskSummary, terminatingConditions, persona, initialMessage });

async function createAgent(config: AgentConfig, folder: string, env: NodeJS.ProcessEnv): Promise<ModuleAgent> {
  switch (config.kind) {
    case "module":
      return createModuleAgent({ path: resolve(folder, config.module), exportName: config.export });
    case "command":
      return { ask: createCommandAgent({ command: config.command, env: { ...env, ...config.env }, folder }), close };
    case "endpoint":
      return { ask: createEndpointAgent(config), close };
  }
}

const close = async (): Promise<void> => undefined;
