/**
 * Takes secrets and personal data out of everything that spans and log records say. Source: contrib `redactionprocessor`
 * (options, order, summary attributes). Beyond it: presets; names, links and status messages; texts inside of JSON.
 */
import { RE2JS } from "re2js";
import { z } from "zod";
import { secret } from "../component/config-schemas.ts";
import type { ProcessorFactory } from "../component/processor.ts";
import { re2Pattern } from "../component/re2-pattern.ts";
import { hashFunctions } from "../redaction/mask.ts";
import { presetNames } from "../redaction/presets.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { changeRecords } from "./change-records.ts";
import { createRecordRedaction } from "./redaction/redact-records.ts";

const patterns = z.array(re2Pattern).default([]);
const keys = z.array(z.string()).default([]);

const configSchema = z
  .strictObject({
    /** Ours: rules that need no patterns. */
    presets: z.array(z.enum(presetNames)).default([]),
    /** Without it only `allowed_keys` pass. By default on when there are presets and no `allowed_keys`, else off. */
    allow_all_keys: z.boolean().optional(),
    allowed_keys: keys,
    /** Pass untouched. */
    ignored_keys: keys,
    ignored_key_patterns: patterns,
    blocked_key_patterns: patterns,
    blocked_values: patterns,
    allowed_values: patterns,
    /** Numbers and booleans are looked at too. */
    redact_all_types: z.boolean().default(false),
    hash_function: z.enum(hashFunctions).optional(),
    hmac_key: secret.optional(),
    summary: z.enum(["debug", "info", "silent"]).default("silent"),
    /** Ours: what is nested deeper in a value goes; 0 for no limit. By default 10 with presets. */
    max_depth: z.int().min(0).optional(),
  })
  .superRefine(({ hash_function, hmac_key = "" }, context) => {
    if (hash_function?.startsWith("hmac-") === true && hmac_key === "")
      context.addIssue({ code: "custom", path: ["hash_function"], message: `"${hash_function}" needs an "hmac_key"` });
  });

export type RedactionConfig = z.infer<typeof configSchema>;

/** Nesting up to which the presets' source looks. */
const PRESET_DEPTH = 10;

const compile = (sources: readonly string[]): readonly RE2JS[] => sources.map((source) => RE2JS.compile(source));

/** What the configuration says about texts, wherever they come from. */
export function redactorOf(config: RedactionConfig): Redactor {
  const maxDepth = config.max_depth ?? (config.presets.length > 0 ? PRESET_DEPTH : 0);
  return createRedactor({
    presets: config.presets,
    blockedValues: compile(config.blocked_values),
    allowedValues: compile(config.allowed_values),
    blockedKeys: compile(config.blocked_key_patterns),
    allTypes: config.redact_all_types,
    maxDepth: maxDepth === 0 ? Infinity : maxDepth,
    ...(config.hash_function && { hash: { function: config.hash_function, key: config.hmac_key ?? "" } }),
  });
}

export const redaction: ProcessorFactory<RedactionConfig> = {
  type: "redaction",
  description: "Masks or removes secrets and personal data, in spans, log records and submitted messages.",
  stability: "alpha",
  configSchema,
  create(config) {
    const allowAll = config.allow_all_keys ?? (config.presets.length > 0 && config.allowed_keys.length === 0);
    const change = createRecordRedaction({
      redactor: redactorOf(config),
      ...(allowAll ? {} : { allowedKeys: config.allowed_keys }),
      ignoredKeys: config.ignored_keys,
      ignoredKeyPatterns: compile(config.ignored_key_patterns),
      summary: config.summary,
    });
    return { process: (batch) => changeRecords(batch, change) };
  },
};
