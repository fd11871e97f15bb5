/** Labels and what follows from them on the wire: what is sent and answered at /api/v1/labels, /api/v1/sessions/{id}/labels and /api/v1/judges. */
import { z } from "zod";
import { dimensions } from "../model/judgement.ts";
import { scoreSchema } from "./contract.ts";

const count = z.int().nonnegative();
const share = z.number().min(0).max(1).nullable();
const time = z.iso.datetime();

export const maxLabelsAtOnce = 5000;

const targetKind = z.enum(["turn", "tool_call", "trajectory"]);
const dimension = z.enum(dimensions);
const labeller = z
  .string()
  .trim()
  .min(1)
  .max(254)
  .regex(/^\P{C}*$/u, "must not hold control characters");
const position = z.int().min(1).max(1_000_000);

/** What is labelled. `turn` and `tool_call` count from 1; only a turn has dimensions. */
interface Target {
  readonly target: "turn" | "tool_call" | "trajectory";
  readonly turn?: number | null | undefined;
  readonly tool_call?: number | null | undefined;
  readonly dimension?: string | null | undefined;
}

function checkTarget({ target, ...given }: Target, context: z.RefinementCtx): void {
  const needed = { turn: target !== "trajectory", tool_call: target === "tool_call" };
  for (const name of ["turn", "tool_call"] as const) {
    const isGiven = typeof given[name] === "number";
    if (isGiven === needed[name]) continue;
    const message = `${isGiven ? "is not for" : "is needed for"} the target ${target}`;
    context.addIssue({ code: "custom", path: [name], message });
  }
  if (typeof given.dimension === "string" && target !== "turn")
    context.addIssue({ code: "custom", path: ["dimension"], message: `is not for the target ${target}` });
}

const newLabel = {
  target: targetKind,
  turn: position.nullish(),
  tool_call: position.nullish(),
  dimension: dimension.nullish(),
  score: scoreSchema,
  note: z.string().trim().max(2000).nullish(),
  /** Absent: whoever asks. */
  labeller: labeller.nullish(),
  /** As a label gave it: of the content that it speaks of. Absent: the content as it is. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "is not a digest")
    .nullish(),
};

export const newLabelSchema = z.strictObject(newLabel).superRefine(checkTarget).meta({ id: "NewLabel" });

export const importedLabelSchema = z
  .strictObject({
    session_id: z.string().min(1).max(100),
    ...newLabel,
    labelled_at: z.iso.datetime({ offset: true }).nullish(),
  })
  .superRefine(checkTarget)
  .meta({ id: "ImportedLabel" });

export const labelImportSchema = z
  .strictObject({ labels: z.array(importedLabelSchema).max(maxLabelsAtOnce) })
  .meta({ id: "LabelImport" });

const positionText = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, "must be a whole number from 1")
  .transform(Number)
  .meta({ type: "integer", minimum: 1 });

export const labelTargetQuery = z
  .strictObject({
    target: targetKind,
    turn: positionText.optional(),
    tool_call: positionText.optional(),
    dimension: dimension.optional(),
    labeller: labeller.optional(),
  })
  .superRefine(checkTarget);

/** `stale`: what was labelled is no longer what the session says; such a label counts for nothing. */
export const labelSchema = z
  .strictObject({
    session_id: z.string(),
    target: targetKind,
    turn: position.nullable(),
    tool_call: position.nullable(),
    dimension: dimension.nullable(),
    score: scoreSchema,
    note: z.string().nullable(),
    labeller: z.string(),
    labelled_at: time,
    digest: z.string(),
    stale: z.boolean(),
  })
  .meta({ id: "Label" });

export const labelsSchema = z.strictObject({ labels: z.array(labelSchema) }).meta({ id: "Labels" });
export const labelPageSchema = z
  .strictObject({ labels: z.array(labelSchema), next_cursor: z.string().nullable() })
  .meta({ id: "LabelPage" });
export const importedLabelsSchema = z.strictObject({ imported: count }).meta({ id: "ImportedLabels" });

/** How often each pair of scores came: a row for each of the people's, a column for each of the judge's. */
const confusion = z.array(z.array(count));

/** `raw`: the share of equal scores. `kappa`: null where chance alone would give agreement on all. */
export const agreementSchema = z
  .strictObject({
    target: targetKind,
    dimension: dimension.nullable(),
    n: count,
    raw: share,
    kappa: z.number().min(-1).max(1).nullable(),
    /** Whether `n` is enough to rely on. */
    calibrated: z.boolean(),
    /** The people's shares of the scores. */
    base_rate: z.strictObject({ harmful: share, neutral: share, helpful: share }),
    /** In the order -1, 0, 1. */
    confusion,
    /** Harmful or not, in this order. */
    harmful: z.strictObject({
      raw: share,
      kappa: z.number().min(-1).max(1).nullable(),
      precision: share,
      recall: share,
      confusion,
    }),
  })
  .meta({ id: "Agreement" });

const versionSchema = z.strictObject({
  version: z.string(),
  /** It is the one that judges now. */
  current: z.boolean(),
  agreement: z.array(agreementSchema),
});

/** Why somebody does not judge for a while. */
const pauseSchema = z.strictObject({ until: time, code: z.string(), message: z.string() });

export const judgeStateSchema = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    model: z.string().nullable(),
    prompt_hash: z.string().nullable(),
    /** Why it does not judge at all. */
    off: z.string().nullable(),
    /** Why it does not judge for a while. */
    paused: pauseSchema.nullable(),
    /** What its calls for this project cost since the UTC day began, with what is set aside for those under way. */
    spent_today: z.strictObject({ tokens: count, cost_usd: z.number().nonnegative().nullable() }),
    /** Whether its version was compared with people often enough, for each kind of target. */
    calibrated: z.strictObject({ turn: z.boolean(), tool_call: z.boolean(), trajectory: z.boolean() }),
    versions: z.array(versionSchema),
  })
  .meta({ id: "JudgeState" });

export const evaluatorStateSchema = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    /** What it scores, of every turn or of the session; `asks`: the judge whose model is asked, within whose budgets. */
    measures: z.array(
      z.strictObject({ name: z.string(), of: z.enum(["turn", "session"]), asks: z.string().nullable() }),
    ),
    /** Why it does not score at all. */
    off: z.string().nullable(),
    /** As that judge is: meanwhile only the measures that ask no model are scored. */
    paused: pauseSchema.nullable(),
  })
  .meta({ id: "EvaluatorState" });

export const judgesSchema = z
  .strictObject({
    /** In order of rank. */
    judges: z.array(judgeStateSchema),
    /** In the configured order. */
    evaluators: z.array(evaluatorStateSchema),
    /** Where two people labelled the same. */
    people: z.array(agreementSchema),
    /** So many comparisons make a judge calibrated. */
    calibrated_from: count,
  })
  .meta({ id: "Judges" });

export type NewLabelBody = z.infer<typeof newLabelSchema>;
export type ImportedLabelBody = z.infer<typeof importedLabelSchema>;
export type LabelTargetQuery = z.infer<typeof labelTargetQuery>;
export type LabelDetail = z.infer<typeof labelSchema>;
export type AgreementDetail = z.infer<typeof agreementSchema>;
export type JudgeState = z.infer<typeof judgeStateSchema>;
export type EvaluatorState = z.infer<typeof evaluatorStateSchema>;
export type JudgesDetail = z.infer<typeof judgesSchema>;
