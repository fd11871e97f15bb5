/** What `turnwise eval` does between reading a case file and reporting: the agent is created, asked, scored and let go. */
import { resolve } from "node:path";
import type { AgentConfig, CaseFile } from "./case-file-schema.ts";
import { createCommandAgent } from "./command-agent.ts";
import { createEndpointAgent } from "./endpoint-agent.ts";
import { runCases, type RunOptions } from "./evaluation/cases/run-cases.ts";
import { scoreByExpectations } from "./evaluation/cases/score-by-expectations.ts";
import type { RunResult } from "./evaluation/cases/trial-result.ts";
import { createModuleAgent, type ModuleAgent } from "./module-agent.ts";
import { StartError } from "./model/errors.ts";

export { compareRuns, type RunComparison } from "./evaluation/cases/compare-runs.ts";
export { firstFailure, reasonsOf, type CaseResult, type RunResult } from "./evaluation/cases/trial-result.ts";

export interface EvaluateOptions extends Pick<RunOptions, "name" | "signal" | "onTrial"> {
  /** The folder that the case file is in. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws a StartError when the agent cannot be created or a case cannot be scored; rejects when it is cancelled. */
export async function evaluateCases(file: CaseFile, { folder, env, ...options }: EvaluateOptions): Promise<RunResult> {
  const { cases, run, guards, scoring } = file;
  const score = orInvalid(() => scoreByExpectations(cases, { ...scoring, maxSteps: guards.maxSteps }));
  const { ask, close } = await createAgent(file.agent, folder, env);
  try {
    return await runCases(cases, { ...run, ...options, agent: ask, score, guard: guards.guard });
  } finally {
    await close();
  }
}

function orInvalid<Value>(create: () => Value): Value {
  try {
    return create();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError("cases_invalid", `The cases cannot be scored: ${reason}`, "Correct the case file", { cause });
  }
}

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
