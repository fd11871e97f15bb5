/** What a case file may say. docs/evaluating.md explains each key. */
import { composite, costCeilingUsd, type Guard, loop, maxSteps } from "@turnwise/instrumentation/guards";
import { z } from "zod";
import { duration, secret } from "../component/config-schemas.ts";
import { checkWeights, type ScoringOptions } from "../evaluation/agent-evaluator/score-result.ts";
import { type EvalCase, evalCaseSchema, share } from "../evaluation/cases/eval-case.ts";
import { runDefaults } from "../evaluation/cases/run-cases.ts";
import { modelFields } from "../judges/llm/llm-config.ts";
import type { JudgeModelConfig } from "./judge-model.ts";

const text = z.string().min(1);
const texts = z.record(z.string(), z.string());

/** Where the agent is. */
export type AgentConfig =
  /** An ES module, relative to the case file, and which of its exports it is. */
  | { readonly kind: "module"; readonly module: string; readonly export: string }
  /** A program and its arguments, started in the case file's folder without a shell. */
  | { readonly kind: "command"; readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: "endpoint"; readonly url: string; readonly headers: Readonly<Record<string, string>> };

const agentKinds = ["module", "command", "url"] as const;
/** Keys that say something about one kind of agent. */
const keysOfOne = [
  ["export", "module"],
  ["env", "command"],
  ["headers", "url"],
] as const;

const agentSchema = z
  .strictObject({
    module: text.optional(),
    export: text.optional(),
    command: z.array(z.string()).min(1).optional(),
    env: texts.optional(),
    url: z.url({ protocol: /^https?$/, error: "is not a URL that begins with http:// or https://" }).optional(),
    headers: texts.optional(),
  })
  .transform((agent, context): AgentConfig => {
    const { module, command, url } = agent;
    const refuse = (message: string): never => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    const named = agentKinds.filter((kind) => agent[kind] !== undefined);
    if (named.length !== 1) return refuse(`must have one of "module", "command" and "url", not ${named.length}`);
    const stray = keysOfOne.find(([key, of]) => agent[key] !== undefined && agent[of] === undefined);
    if (stray !== undefined) return refuse(`"${stray[0]}" belongs to "${stray[1]}"`);
    if (module !== undefined) return { kind: "module", module, export: agent.export ?? "default" };
    if (command !== undefined) return { kind: "command", command, env: agent.env ?? {} };
    const endpoint = { kind: "endpoint", url: url ?? "", headers: agent.headers ?? {} } as const;
    // What fetch says of either when it is asked would show it, in the reports as well.
    if (holdsPassword(endpoint.url)) return refuse('"url" must not hold a name or password: "headers" may');
    return areHeaders(endpoint.headers) ? endpoint : refuse('"headers" has what no HTTP header may have');
  });

function holdsPassword(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    return new Headers(headers) instanceof Headers;
  } catch {
    return false;
  }
}

const wholeFrom = (least: number) => z.int().min(least);

/** Node's timers take no longer ones, and end at once. */
const timeout = duration.refine((ms) => ms > 0 && ms < 2 ** 31, "must be longer than 0 and no longer than 596h");

const runSchema = z
  .strictObject({
    concurrency: wholeFrom(1).max(256).default(runDefaults.concurrency),
    trials: wholeFrom(1).max(1000).default(runDefaults.trials),
    min_pass_rate: share.default(runDefaults.minPassRate),
    threshold: share.default(runDefaults.threshold),
    /** Of one attempt at one trial, with all its turns. */
    timeout: timeout.prefault("60s"),
    /** Of what is asked about one trial. */
    scoring_timeout: timeout.prefault("5m"),
    retries: wholeFrom(0).max(100).default(runDefaults.retries),
  })
  .transform(({ min_pass_rate, timeout, scoring_timeout, ...run }) => ({
    ...run,
    minPassRate: min_pass_rate,
    timeoutMs: timeout,
    scoringTimeoutMs: scoring_timeout,
  }));

const scoringSchema = z
  .strictObject({
    formulas: z.enum(["documented", "agent-evals"]).optional(),
    weights: z.strictObject({ task_completion: share, reasoning: share, tool_use: share }).optional(),
  })
  .transform(({ formulas, weights: given }, context): ScoringOptions => {
    const { task_completion = 0, reasoning = 0, tool_use = 0 } = given ?? {};
    const weights = given && { taskCompletion: task_completion, reasoning, toolUse: tool_use };
    try {
      if (weights !== undefined) checkWeights(weights);
    } catch (error) {
      context.addIssue({ code: "custom", path: ["weights"], message: error instanceof Error ? error.message : "" });
    }
    return { scoring: formulas, weights };
  });

const guardsSchema = z
  .strictObject({
    max_steps: wholeFrom(1).optional(),
    cost_ceiling_usd: z.number().positive().optional(),
    max_repeats: wholeFrom(1).optional(),
  })
  .transform(({ max_steps, cost_ceiling_usd, max_repeats }) => ({
    maxSteps: max_steps,
    guard: composite(
      ...(max_steps === undefined ? [] : [maxSteps(max_steps)]),
      // An agent that does not say what it costs is not stopped for it.
      ...(cost_ceiling_usd === undefined ? [] : [costCeilingUsd(cost_ceiling_usd, { unknownCost: "ignore" })]),
      ...(max_repeats === undefined ? [] : [loop({ maxRepeats: max_repeats })]),
    ),
  }));

/** What its schema makes of a case file. */
export interface ParsedCaseFile {
  readonly name?: string | undefined;
  readonly agent: AgentConfig;
  readonly run: z.output<typeof runSchema>;
  readonly scoring: ScoringOptions;
  /** The guard trips at the first of its limits; without any it never does. */
  readonly guards: { readonly guard: Guard; readonly maxSteps: number | undefined };
  /** Absent: nothing may be asked of a model. */
  readonly judge?: JudgeModelConfig | undefined;
  readonly cases: readonly EvalCase[];
  /** Datasets of agent_inspect, relative to the file: further cases. */
  readonly cases_from: readonly string[];
}

/** The key comes from the environment; a server that needs none gets this one. */
const judgeSchema = z.strictObject({ api_key: secret.pipe(z.string().min(1)).default("none"), ...modelFields });

export interface CaseFile extends ParsedCaseFile {
  /** SHA-256 (hex) of how cases are run and scored, as it is written: results under another one are of no use here. */
  readonly fingerprint: string;
}

export const caseFileSchema: z.ZodType<ParsedCaseFile> = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  agent: agentSchema,
  run: runSchema.prefault({}),
  scoring: scoringSchema.prefault({}),
  guards: guardsSchema.prefault({}),
  judge: judgeSchema.optional(),
  // That no id is there twice shows in the file, where the lines are; and that there is a case, when all files are read.
  cases: z.array(evalCaseSchema).default([]),
  cases_from: z.array(text).default([]),
});
