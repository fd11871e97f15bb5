import { createHash } from "node:crypto";
import { promptsVersion } from "../../evaluation/prompts/prompts.ts";
import { factsVersion } from "../../evaluation/prompts/rule-facts.ts";
import { trajectoryVerdict, turnVerdict } from "../../evaluation/prompts/verdicts.ts";
import { toJsonSchema } from "../../llm/json-schema.ts";
import type { JudgeIdentity } from "../../model/judgement.ts";
import { jurorsOf, type LlmJudgeConfig } from "./llm-config.ts";

/** Whatever may change a verdict is part of the version; keys, limits on time and the endpoints' addresses are not. */
export function identify(name: string, config: LlmJudgeConfig, promptHash: string): JudgeIdentity {
  const schemas = [turnVerdict(0, false), turnVerdict(0, true), trajectoryVerdict(1)].map(toJsonSchema);
  const { trials, max_input_tokens, max_output_tokens } = config;
  const models = jurorsOf(config).map(({ model, temperature }) => [model, temperature]);
  const parts = [
    promptsVersion,
    promptHash,
    factsVersion,
    schemas,
    models,
    trials,
    max_input_tokens,
    max_output_tokens,
  ];
  const version = createHash("sha256").update(JSON.stringify(parts));
  return {
    name,
    version: version.digest("hex").slice(0, 16),
    model: models.map(([model]) => model).join(", "),
    promptHash: promptHash.slice(0, 16),
  };
}
