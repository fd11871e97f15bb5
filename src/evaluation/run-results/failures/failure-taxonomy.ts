/**
 * How failures of answers are named (VQ-20). Valiqor has these four buckets and fifteen subcategories, of which five are known by
 * name: task_not_followed, partial_task_completion, wrong_intent_resolution, output_format_non_compliance and
 * unsupported_factual_claim. The other ten are ours, chosen so that each can be told by a metric, a tool's answer or a judge.
 */
export type FailureBucketId =
  | "instruction_compliance"
  | "hallucination_grounding"
  | "retrieval_failures"
  | "tool_failures";

export interface FailureSubcategory {
  readonly id: string;
  readonly name: string;
  readonly bucket: FailureBucketId;
  readonly definition: string;
}

export const failureBuckets: ReadonlyMap<FailureBucketId, string> = new Map([
  ["instruction_compliance", "Instruction compliance"],
  ["hallucination_grounding", "Hallucination and grounding"],
  ["retrieval_failures", "Retrieval failures"],
  ["tool_failures", "Tool failures"],
]);

const define = <Id extends string>(id: Id, name: string, bucket: FailureBucketId, definition: string) => ({
  id,
  name,
  bucket,
  definition,
});

/** In the order of the buckets. */
export const failureSubcategories = [
  define(
    "task_not_followed",
    "Task not followed",
    "instruction_compliance",
    "It did another task, or against instructions.",
  ),
  define(
    "partial_task_completion",
    "Partial task completion",
    "instruction_compliance",
    "Parts of the request are unanswered.",
  ),
  define(
    "wrong_intent_resolution",
    "Wrong intent resolution",
    "instruction_compliance",
    "It took the request for another one.",
  ),
  define(
    "output_format_non_compliance",
    "Output format non-compliance",
    "instruction_compliance",
    "It has not the expected form.",
  ),
  define("no_answer", "No answer", "instruction_compliance", "There is no answer at all."),
  define(
    "unsupported_factual_claim",
    "Unsupported factual claim",
    "hallucination_grounding",
    "It states what nothing supports.",
  ),
  define(
    "factual_error",
    "Factual error",
    "hallucination_grounding",
    "It contradicts or leaves out the expected facts.",
  ),
  define(
    "inconsistent_reasoning",
    "Inconsistent reasoning",
    "hallucination_grounding",
    "It contradicts itself or what it has read.",
  ),
  define(
    "irrelevant_context",
    "Irrelevant context",
    "retrieval_failures",
    "Useless documents were retrieved before useful ones.",
  ),
  define("missing_context", "Missing context", "retrieval_failures", "What the answer needs was not retrieved."),
  define("empty_retrieval", "Empty retrieval", "retrieval_failures", "Nothing was found."),
  define("tool_error", "Tool error", "tool_failures", "A tool failed."),
  define(
    "wrong_tool_usage",
    "Wrong tool usage",
    "tool_failures",
    "The wrong tool, wrong arguments, or a needed call is missing.",
  ),
  define("unnecessary_tool_use", "Unnecessary tool use", "tool_failures", "Calls were repeated or not needed."),
  define("missing_tool_result", "Missing tool result", "tool_failures", "No answer of a tool is known."),
] as const satisfies readonly FailureSubcategory[];

export type FailureSubcategoryId = (typeof failureSubcategories)[number]["id"];
