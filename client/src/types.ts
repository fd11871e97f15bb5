/** What the server takes and answers. Written by `npm run client-types` from its schemas; do not edit. */

export interface AccessToken {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
}

export interface AdminCounts {
  readonly users: number;
  readonly admins: number;
  readonly suspended: number;
  readonly sessions: number;
  readonly turns: number;
}

export interface AdminStats {
  readonly sessions: { readonly total: number; readonly by_status: { readonly [key: string]: number } };
  readonly turns: {
    readonly total: number;
    readonly judged: number;
    readonly helpful: number;
    readonly neutral: number;
    readonly harmful: number;
  };
  readonly days: readonly { readonly day: string; readonly sessions: number; readonly turns: number }[];
}

export interface AdminUser {
  readonly id: string;
  readonly email: string;
  readonly role: "user" | "admin";
  readonly name: string | null;
  readonly created_at: string;
  readonly suspended: boolean;
  readonly traces: number;
  readonly sessions: number;
}

export interface AdminUserState {
  readonly id: string;
  readonly suspended: boolean;
}

export interface AdminUsers {
  readonly users: readonly AdminUser[];
  readonly total: number;
  readonly count: number;
}

export interface Agreement {
  readonly target: "turn" | "tool_call" | "trajectory";
  readonly dimension:
    | "hallucination"
    | "wrong_tool_usage"
    | "inconsistent_reasoning"
    | "unnecessary_actions"
    | "safety"
    | null;
  readonly n: number;
  readonly raw: number | null;
  readonly kappa: number | null;
  readonly calibrated: boolean;
  readonly base_rate: {
    readonly harmful: number | null;
    readonly neutral: number | null;
    readonly helpful: number | null;
  };
  readonly confusion: readonly (readonly number[])[];
  readonly harmful: {
    readonly raw: number | null;
    readonly kappa: number | null;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly confusion: readonly (readonly number[])[];
  };
}

export interface AnalyseFailuresRequest {
  readonly run_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Append {
  readonly messages: readonly ChatMessage[];
}

export interface Attachment {
  readonly kind: "image" | "audio" | "video" | "document" | "file";
  readonly media_type: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
}

export interface AuthInfo {
  readonly valid: true;
  readonly user_id: string | null;
  readonly org_id: string;
  readonly org_name: string | null;
  readonly plan: string | null;
  readonly limits: {
    readonly requests_per_minute: number;
    readonly evaluations_per_month: number | null;
    readonly tokens_per_month: number | null;
    readonly max_dataset_bytes: number;
    readonly max_dataset_items: number;
  };
  readonly usage: { readonly month: string; readonly evaluations: number; readonly tokens: number };
}

export interface Backfill {
  readonly dry_run: boolean;
  readonly sessions: number;
  readonly has_more: boolean;
  readonly judges: readonly BackfillEstimate[];
  readonly state: BackfillsState;
}

export interface BackfillEstimate {
  readonly name: string;
  readonly version: string;
  readonly turns: number;
  readonly trajectories: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number | null;
  readonly basis: "earlier_judgements" | "content_sizes" | "no_model";
  readonly compared: number;
}

export interface BackfillsState {
  readonly waiting: number;
  readonly cancelled: number;
  readonly judge: string | null;
  readonly again: boolean;
}

export interface BatchResult {
  readonly results: readonly (
    | SubmitResult
    | { readonly error: { readonly detail: string; readonly code: string; readonly status: number } }
  )[];
}

export interface BatchSubmission {
  readonly traces: readonly Submission[];
}

export interface CancelledJob {
  readonly job_id: string;
  readonly status: RunStatus;
  readonly message: string;
}

export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool" | "function";
  readonly content?: string | null | readonly (string | { readonly [key: string]: unknown })[] | undefined;
  readonly name?: string | null | undefined;
  readonly tool_calls?:
    | readonly {
        readonly id?: string | undefined;
        readonly function: { readonly name: string; readonly arguments: unknown; readonly [key: string]: unknown };
        readonly [key: string]: unknown;
      }[]
    | null
    | undefined;
  readonly tool_call_id?: string | null | undefined;
  readonly [key: string]: unknown;
}

export interface ClosedTrace {
  readonly session_id: string;
  readonly status: "closing";
}

export interface ComparedMetric {
  readonly metric_id: string;
  readonly metric_key: string;
  readonly metric_name: string;
  readonly values: { readonly [key: string]: number | null };
  readonly differences: { readonly [key: string]: number };
  readonly paired: { readonly [key: string]: PairedDifference };
}

export interface Cut {
  readonly shortened: readonly {
    readonly kind:
      | "user_text"
      | "reply"
      | "agent_text"
      | "reasoning"
      | "arguments"
      | "tool_results"
      | "errors"
      | "system_prompt"
      | "tool_definitions"
      | "instructions"
      | "earlier_turns"
      | "findings";
    readonly characters: number;
  }[];
  readonly turns: readonly { readonly from: number; readonly to: number }[];
  readonly findings: number;
}

export interface Dataset {
  readonly dataset_id: string;
  readonly id: string;
  readonly name: string | null;
  readonly source: "upload" | "inline" | "trace" | "sessions" | "otlp";
  readonly total_items: number;
  readonly bytes: number;
  readonly created_at: string;
}

export interface DatasetFromSessions {
  readonly name: string;
}

export interface DatasetItem {
  readonly id: string;
  readonly item_index: number;
  readonly dataset_id: string;
  readonly key: string;
  readonly input: string;
  readonly output: string;
  readonly context: string | null;
  readonly contexts: readonly string[];
  readonly expected: string | null;
  readonly expected_outputs: readonly string[];
  readonly history: readonly { readonly user: string; readonly assistant: string | null }[];
  readonly tool_calls: readonly ItemToolCall[] | null;
  readonly session_id: string | null;
  readonly turn: number | null;
  readonly metadata: JsonObject;
  readonly is_shortened: boolean;
}

export interface DatasetItemPage {
  readonly dataset_id: string;
  readonly items: readonly DatasetItem[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export interface DatasetPage {
  readonly datasets: readonly Dataset[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export interface ErrorBody {
  readonly detail: string;
  readonly code: string;
  readonly retry_after?: number | undefined;
  readonly service?: string | undefined;
  readonly current_usage?: number | undefined;
  readonly quota_limit?: number | undefined;
  readonly errors?: readonly Mistake[] | undefined;
}

export interface EvaluateRequest {
  readonly project_name?: string | undefined;
  readonly metrics?: readonly (string | { readonly key: string; readonly weight?: number | undefined })[] | undefined;
  readonly run_name?: string | null | undefined;
  readonly threshold?: number | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly openai_api_key?: string | null | undefined;
  readonly mode?: "sync" | "async" | undefined;
  readonly wait?: number | undefined;
  readonly dataset?: readonly unknown[] | undefined;
  readonly dataset_id?: string | undefined;
}

export interface EvaluateSessionsRequest {
  readonly project_name?: string | undefined;
  readonly metrics?: readonly (string | { readonly key: string; readonly weight?: number | undefined })[] | undefined;
  readonly run_name?: string | null | undefined;
  readonly threshold?: number | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly openai_api_key?: string | null | undefined;
  readonly mode?: "sync" | "async" | undefined;
  readonly wait?: number | undefined;
}

export interface EvaluateTraceRequest {
  readonly project_name?: string | undefined;
  readonly metrics?: readonly (string | { readonly key: string; readonly weight?: number | undefined })[] | undefined;
  readonly run_name?: string | null | undefined;
  readonly threshold?: number | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly openai_api_key?: string | null | undefined;
  readonly mode?: "sync" | "async" | undefined;
  readonly wait?: number | undefined;
  readonly trace?:
    | {
        readonly trace_id?: string | null | undefined;
        readonly messages: readonly (
          | ChatMessage
          | { readonly type: "human" | "ai" | "system" | "tool"; readonly [key: string]: unknown }
        )[];
        readonly spans?: JsonObject | null | undefined;
        readonly retrievals?: readonly unknown[] | null | undefined;
        readonly [key: string]: unknown;
      }
    | undefined;
  readonly session_id?: string | undefined;
  readonly config?: { readonly threshold?: number | undefined } | null | undefined;
}

export interface EvaluationJob {
  readonly job_id: string;
  readonly run_id: string;
  readonly job_type: "evaluation";
  readonly status: RunStatus;
  readonly progress_percent: number;
  readonly current_item: number;
  readonly total_items: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly waiting: RunWaiting | null;
  readonly error: string | null;
  readonly result: EvaluationRun | null;
}

export interface EvaluationRun {
  readonly run_id: string;
  readonly id: string;
  readonly job_id: string;
  readonly name: string;
  readonly run_name: string;
  readonly project_id: string;
  readonly project_name: string;
  readonly dataset_id: string;
  readonly dataset_name: string | null;
  readonly mode: "dataset" | "trace";
  readonly source: "upload" | "inline" | "trace" | "sessions" | "otlp";
  readonly status: RunStatus;
  readonly overall_score: number | null;
  readonly quality_grade: QualityGrade | null;
  readonly threshold: number;
  readonly aggregate_scores: { readonly [key: string]: number | null };
  readonly metrics: readonly RunMetric[];
  readonly insights: readonly RunInsight[];
  readonly hints: readonly string[];
  readonly total_items: number;
  readonly items_evaluated: number;
  readonly evaluated_items: number;
  readonly failed_items: number;
  readonly metadata: JsonObject;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cost_usd: number | null;
  } | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly waiting: RunWaiting | null;
  readonly error: string | null;
}

export interface EvaluationRunItem {
  readonly id: string;
  readonly item_index: number;
  readonly run_id: string;
  readonly status: "pending" | "scored" | "failed";
  readonly key: string;
  readonly input: string;
  readonly output: string;
  readonly context: string | null;
  readonly contexts: readonly string[];
  readonly expected: string | null;
  readonly expected_outputs: readonly string[];
  readonly history: readonly { readonly user: string; readonly assistant: string | null }[];
  readonly tool_calls: readonly ItemToolCall[] | null;
  readonly session_id: string | null;
  readonly turn: number | null;
  readonly metadata: JsonObject;
  readonly is_shortened: boolean;
  readonly overall_score: number | null;
  readonly quality_grade: QualityGrade | null;
  readonly metric_scores: { readonly [key: string]: number | null };
  readonly explanations: { readonly [key: string]: string };
  readonly errors: { readonly [key: string]: string };
}

export interface EvaluationRunItemPage {
  readonly run_id: string;
  readonly items: readonly EvaluationRunItem[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export interface EvaluationRunPage {
  readonly runs: readonly EvaluationRun[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export interface EvaluatorState {
  readonly name: string;
  readonly version: string;
  readonly measures: readonly {
    readonly name: string;
    readonly of: "turn" | "session";
    readonly asks: string | null;
  }[];
  readonly off: string | null;
  readonly paused: { readonly until: string; readonly code: string; readonly message: string } | null;
}

export interface Explanation {
  readonly session: string;
  readonly source: Source;
  readonly version: string;
  readonly conversation: {
    readonly id?: string | undefined;
    readonly by: "attribute" | "embedded" | "none";
    readonly source?:
      | { readonly trace_id: string; readonly span_id: string; readonly name: string; readonly keys: readonly string[] }
      | undefined;
  };
  readonly user?:
    | { readonly trace_id: string; readonly span_id: string; readonly name: string; readonly keys: readonly string[] }
    | undefined;
  readonly agent?:
    | { readonly trace_id: string; readonly span_id: string; readonly name: string; readonly keys: readonly string[] }
    | undefined;
  readonly traces: readonly {
    readonly trace_id: string;
    readonly spans: number;
    readonly because:
      | "conversation_id"
      | "first"
      | "same_response"
      | "shared_messages"
      | "same_user"
      | "joined"
      | "other_conversation";
    readonly shared_messages?: number | undefined;
  }[];
  readonly turns: readonly {
    readonly turn: number;
    readonly start:
      | "first_call"
      | "user_message"
      | "lost_user_message"
      | "new_trace"
      | "new_agent_run"
      | "wrapper"
      | "history";
    readonly regenerates_turn?: number | undefined;
    readonly flags: readonly TurnFlag[];
    readonly aborted: boolean;
    readonly user_text: {
      readonly from: "model_call" | "wrapper" | "history" | "nowhere";
      readonly characters: number;
      readonly source?:
        | {
            readonly trace_id: string;
            readonly span_id: string;
            readonly name: string;
            readonly keys: readonly string[];
          }
        | undefined;
      readonly because?:
        | "content_off"
        | "redacted"
        | "truncated"
        | "dropped_attributes"
        | "failed"
        | "lost_user_message"
        | "aborted"
        | "asked_for_tools"
        | "no_model_call"
        | "not_recorded"
        | undefined;
    };
    readonly attachments: number;
    readonly reply: {
      readonly from: "model_call" | "wrapper" | "history" | "nowhere";
      readonly characters: number;
      readonly source?:
        | {
            readonly trace_id: string;
            readonly span_id: string;
            readonly name: string;
            readonly keys: readonly string[];
          }
        | undefined;
      readonly because?:
        | "content_off"
        | "redacted"
        | "truncated"
        | "dropped_attributes"
        | "failed"
        | "lost_user_message"
        | "aborted"
        | "asked_for_tools"
        | "no_model_call"
        | "not_recorded"
        | undefined;
    };
    readonly model_calls: readonly {
      readonly trace_id: string;
      readonly span_id: string;
      readonly name: string;
      readonly dialect?: string | undefined;
      readonly input: {
        readonly messages: number;
        readonly empty: number;
        readonly truncated: boolean;
        readonly keys: readonly string[];
      };
      readonly output: { readonly messages: number; readonly empty: number; readonly keys: readonly string[] };
      readonly provider?: string | undefined;
      readonly model?: string | undefined;
      readonly response_model?: string | undefined;
      readonly usage?: Usage | undefined;
      readonly usage_source?:
        | {
            readonly trace_id: string;
            readonly span_id: string;
            readonly name: string;
            readonly keys: readonly string[];
          }
        | undefined;
      readonly cost:
        | { readonly cost_usd: number; readonly from: "span" }
        | {
            readonly cost_usd: number;
            readonly from: "price";
            readonly price: {
              readonly table: string;
              readonly models: readonly string[];
              readonly as_of?: string | undefined;
            };
          }
        | { readonly unpriced: "no_usage" | "no_model" | "no_price" | "service_tier" };
      readonly is_free: boolean;
      readonly cost_keys: readonly string[];
      readonly error?:
        | {
            readonly trace_id: string;
            readonly span_id: string;
            readonly name: string;
            readonly keys: readonly string[];
          }
        | undefined;
    }[];
    readonly tool_calls: readonly {
      readonly id?: string | undefined;
      readonly name: string;
      readonly call: "output" | "history" | "tool_span";
      readonly arguments?: "output" | "history" | "tool_span" | undefined;
      readonly result?: "output" | "history" | "tool_span" | undefined;
      readonly error?: "output" | "history" | "tool_span" | undefined;
      readonly span?: { readonly trace_id: string; readonly span_id: string; readonly name: string } | undefined;
      readonly provider_run: boolean;
      readonly cut: readonly ("arguments" | "result")[];
      readonly keys: readonly string[];
      readonly sub_agent_spans: number;
    }[];
    readonly wrappers: readonly { readonly trace_id: string; readonly span_id: string; readonly name: string }[];
    readonly attempts: readonly { readonly trace_id: string; readonly span_id: string; readonly name: string }[];
    readonly losses: readonly {
      readonly trace_id: string;
      readonly span_id: string;
      readonly name: string;
      readonly kind: "content_off" | "redacted" | "truncated" | "dropped_attributes" | "failed";
      readonly count?: number | undefined;
      readonly keys?: readonly string[] | undefined;
    }[];
    readonly carried: readonly {
      readonly trace_id: string;
      readonly span_id: string;
      readonly name: string;
      readonly attributes: readonly {
        readonly key: string;
        readonly type: "text" | "number" | "boolean" | "bytes" | "list" | "map" | "empty";
        readonly size: number;
        readonly count: number;
        readonly read_for: readonly string[];
        readonly redacted: boolean;
        readonly value?: string | undefined;
      }[];
      readonly events: readonly string[];
    }[];
  }[];
  readonly spans: readonly {
    readonly trace_id: string;
    readonly span_id: string;
    readonly name: string;
    readonly parent_span_id?: string | undefined;
    readonly scope: string;
    readonly kind: "model" | "tool" | "agent" | "other";
    readonly dialect?: string | undefined;
    readonly use:
      | "model_call"
      | "tool_call"
      | "wrapper"
      | "same_call_again"
      | "attempt"
      | "sub_agent"
      | "tree"
      | "other_conversation";
    readonly turn?: number | undefined;
    readonly attributes: readonly {
      readonly key: string;
      readonly type: "text" | "number" | "boolean" | "bytes" | "list" | "map" | "empty";
      readonly size: number;
      readonly count: number;
      readonly read_for: readonly string[];
      readonly redacted: boolean;
      readonly value?: string | undefined;
    }[];
    readonly more_attributes: number;
    readonly dropped_attributes: number;
    readonly events: readonly string[];
    readonly log_records: number;
  }[];
  readonly unpriced_calls: number;
  readonly calls_without_usage: number;
  readonly damaged: readonly {
    readonly kind: "span" | "log_record" | "resource" | "scope";
    readonly number: number;
    readonly trace_id?: string | undefined;
    readonly span_id?: string | undefined;
  }[];
  readonly omitted: { readonly turns: number; readonly spans: number };
}

export interface FailureAnalysis {
  readonly run_id: string | null;
  readonly eval_run_id: string | null;
  readonly session_id: string | null;
  readonly status: "completed";
  readonly summary: FailureSummary;
  readonly counts: readonly FailureCount[];
  readonly failure_tags: readonly FailureTag[];
  readonly total_failure_tags: number;
  readonly eval_metrics: { readonly [key: string]: number | null };
}

export interface FailureCount {
  readonly bucket_id: string;
  readonly bucket_name: string;
  readonly subcategory_id: string;
  readonly subcategory_name: string;
  readonly failed: number;
  readonly uncertain: number;
  readonly failed_share: number;
  readonly severity: number;
}

export interface FailureSummary {
  readonly total_failures_detected: number;
  readonly total_passes: number;
  readonly total_uncertain: number;
  readonly total_items: number;
  readonly items_with_failures: number;
  readonly items_all_passed: number;
  readonly unsafe_items: number;
  readonly items_with_errors: number;
  readonly overall_severity: number;
  readonly overall_confidence: number;
  readonly primary_failure: string | null;
  readonly primary_failure_name: string | null;
  readonly buckets_affected: readonly string[];
  readonly should_alert: boolean;
  readonly should_gate_ci: boolean;
  readonly needs_human_review: boolean;
}

export interface FailureTag {
  readonly tag_id: string;
  readonly bucket_id: string;
  readonly bucket_name: string;
  readonly subcategory_id: string;
  readonly subcategory_name: string;
  readonly decision: "fail" | "unsure";
  readonly severity: number;
  readonly confidence: number;
  readonly detectors: readonly ("deterministic" | "metric" | "judgement")[];
  readonly detector_type_used: "deterministic" | "metric" | "judgement" | null;
  readonly item_index: number;
  readonly item_key: string;
  readonly judge_rationale: string;
  readonly evidence_items: readonly string[];
  readonly eval_metric_values: { readonly [key: string]: number };
}

export interface Health {
  readonly status: "ok";
  readonly version: string;
  readonly credentials_required: boolean;
  readonly damages: number;
  readonly judges: readonly { readonly name: string; readonly version: string; readonly off: string | null }[];
}

export interface ImportedLabel {
  readonly session_id: string;
  readonly target: "turn" | "tool_call" | "trajectory";
  readonly turn?: number | null | undefined;
  readonly tool_call?: number | null | undefined;
  readonly dimension?:
    | "hallucination"
    | "wrong_tool_usage"
    | "inconsistent_reasoning"
    | "unnecessary_actions"
    | "safety"
    | null
    | undefined;
  readonly score: Score;
  readonly note?: string | null | undefined;
  readonly labeller?: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly labelled_at?: string | null | undefined;
}

export interface ImportedLabels {
  readonly imported: number;
}

export interface ItemComparison {
  readonly run_id: string;
  readonly regressed: { readonly count: number; readonly items: readonly ItemDifference[] };
  readonly improved: { readonly count: number; readonly items: readonly ItemDifference[] };
  readonly missing: { readonly count: number; readonly keys: readonly string[] };
  readonly added: { readonly count: number; readonly keys: readonly string[] };
}

export interface ItemDifference {
  readonly key: string;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
}

export interface ItemToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly error: string | null;
}

export interface JsonObject {
  readonly [key: string]: unknown;
}

export interface JudgeState {
  readonly name: string;
  readonly version: string;
  readonly model: string | null;
  readonly prompt_hash: string | null;
  readonly off: string | null;
  readonly paused: { readonly until: string; readonly code: string; readonly message: string } | null;
  readonly spent_today: { readonly tokens: number; readonly cost_usd: number | null };
  readonly calibrated: { readonly turn: boolean; readonly tool_call: boolean; readonly trajectory: boolean };
  readonly versions: readonly {
    readonly version: string;
    readonly current: boolean;
    readonly agreement: readonly Agreement[];
  }[];
}

export interface Judges {
  readonly judges: readonly JudgeState[];
  readonly evaluators: readonly EvaluatorState[];
  readonly people: readonly Agreement[];
  readonly calibrated_from: number;
}

export interface Judging {
  readonly judge: string;
  readonly status: "judged" | "skipped" | "waiting" | "paused" | "failed";
  readonly code: string | null;
  readonly reason: string | null;
  readonly retry_at: string | null;
}

export interface Label {
  readonly session_id: string;
  readonly target: "turn" | "tool_call" | "trajectory";
  readonly turn: number | null;
  readonly tool_call: number | null;
  readonly dimension:
    | "hallucination"
    | "wrong_tool_usage"
    | "inconsistent_reasoning"
    | "unnecessary_actions"
    | "safety"
    | null;
  readonly score: Score;
  readonly note: string | null;
  readonly labeller: string;
  readonly labelled_at: string;
  readonly digest: string;
  readonly stale: boolean;
}

export interface LabelImport {
  readonly labels: readonly ImportedLabel[];
}

export interface LabelPage {
  readonly labels: readonly Label[];
  readonly next_cursor: string | null;
}

export interface Labels {
  readonly labels: readonly Label[];
}

export interface Login {
  readonly email: string;
  readonly password: string;
}

export interface Me {
  readonly id: string;
  readonly email: string;
  readonly role: "user" | "admin";
  readonly name: string | null;
  readonly created_at: string;
  readonly api_key: string | null;
  readonly limits: {
    readonly max_traces: number;
    readonly max_tool_calls_per_trace: number;
    readonly max_trace_chars: number;
  };
  readonly usage: { readonly traces: number; readonly sessions: number };
}

export interface MetricInfo {
  readonly key: string;
  readonly display_name: string;
  readonly definition: string;
  readonly value_type: "numeric";
  readonly category: "heuristic" | "quality" | "grounding" | "retrieval" | "agent" | "safety";
  readonly higher_is_better: true;
  readonly requires: readonly ("context" | "expected" | "tool_calls")[];
  readonly asks_model: boolean;
}

export interface MetricScore {
  readonly name: string;
  readonly evaluator: string;
  readonly value: number | null;
  readonly label: string | null;
  readonly explanation: string | null;
  readonly turn: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface MetricTemplates {
  readonly metrics: readonly MetricInfo[];
  readonly total: number;
}

export interface Mistake {
  readonly line: number | null;
  readonly key: string | null;
  readonly message: string;
}

export interface ModelCall {
  readonly span_id: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly response_model: string | null;
  readonly content: string | null;
  readonly reasoning: string | null;
  readonly attachments: readonly Attachment[];
  readonly finish_reason: string | null;
  readonly usage: Usage | null;
  readonly error: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

export interface NewLabel {
  readonly target: "turn" | "tool_call" | "trajectory";
  readonly turn?: number | null | undefined;
  readonly tool_call?: number | null | undefined;
  readonly dimension?:
    | "hallucination"
    | "wrong_tool_usage"
    | "inconsistent_reasoning"
    | "unnecessary_actions"
    | "safety"
    | null
    | undefined;
  readonly score: Score;
  readonly note?: string | null | undefined;
  readonly labeller?: string | null | undefined;
  readonly digest?: string | null | undefined;
}

export interface NewProject {
  readonly name: string;
}

export interface PairedDifference {
  readonly pairs: number;
  readonly mean_difference: number;
  readonly interval: readonly unknown[] | null;
  readonly significant: boolean;
}

export interface ParkedPage {
  readonly requests: readonly ParkedRequest[];
  readonly next_cursor: string | null;
}

export interface ParkedRequest {
  readonly id: number;
  readonly exporter: string;
  readonly signal: "traces" | "logs";
  readonly records: number;
  readonly bytes: number;
  readonly created_at: string;
  readonly attempts: number;
  readonly reason: string;
}

export interface ProjectInfo {
  readonly id: string;
  readonly name: string;
  readonly key: string | null;
  readonly model_name: string | null;
  readonly created_at: string;
}

export interface ProjectMetrics {
  readonly project_id: string;
  readonly metrics: readonly {
    readonly key: string;
    readonly display_name: string;
    readonly definition: string;
    readonly value_type: "numeric";
    readonly category: "heuristic" | "quality" | "grounding" | "retrieval" | "agent" | "safety";
    readonly higher_is_better: true;
    readonly requires: readonly ("context" | "expected" | "tool_calls")[];
    readonly asks_model: boolean;
    readonly weight: number;
  }[];
  readonly weights: { readonly [key: string]: number };
  readonly threshold: number;
}

export interface ProjectPage {
  readonly projects: readonly ProjectInfo[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
}

export interface ProjectSettings {
  readonly metrics?: readonly (string | { readonly key: string; readonly weight?: number | undefined })[] | undefined;
  readonly weights?: { readonly [key: string]: number } | undefined;
  readonly threshold?: number | undefined;
}

export type QualityGrade = "A" | "B" | "C" | "D" | "F";

export interface RebuildsState {
  readonly waiting: number;
  readonly cancelled: number;
}

export interface Registered {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly expires_in: number;
  readonly api_key: string;
}

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name?: string | null | undefined;
}

export interface RotatedKey {
  readonly api_key: string;
}

export interface RunComparison {
  readonly runs: readonly EvaluationRun[];
  readonly baseline_run_id: string;
  readonly overall_scores: readonly (number | null)[];
  readonly overall: ComparedMetric;
  readonly metrics: readonly ComparedMetric[];
  readonly items: readonly ItemComparison[];
}

export interface RunInsight {
  readonly metric: string;
  readonly score: number;
  readonly below_share: number;
  readonly advice: string;
}

export interface RunMetric {
  readonly key: string;
  readonly display_name: string;
  readonly score: number | null;
  readonly value_type: "numeric";
  readonly weight: number;
  readonly scored: number;
  readonly below_threshold: number;
}

export interface RunMetrics {
  readonly run_id: string;
  readonly metrics: readonly RunMetric[];
}

export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

export interface RunWaiting {
  readonly code: string;
  readonly reason: string;
  readonly until: string;
}

export interface SafetySummary {
  readonly total_items: number;
  readonly unsafe_items: number;
  readonly unsafe_rate: number | null;
  readonly not_judged: number;
  readonly total_sessions: number;
  readonly unsafe_sessions: number;
  readonly has_more: boolean;
  readonly items: readonly UnsafeTurn[];
}

export type Score = -1 | 0 | 1;

export interface ScoreSummary {
  readonly total_turns: number;
  readonly judged_turns: number;
  readonly helpful: number;
  readonly neutral: number;
  readonly harmful: number;
  readonly net_score: number;
  readonly trajectory_score: Score | null;
}

export interface SessionDetail {
  readonly id: string;
  readonly conversation_id: string | null;
  readonly source: Source;
  readonly status: Status;
  readonly agent_name: string | null;
  readonly user_id: string | null;
  readonly models: readonly string[];
  readonly dialects: readonly string[];
  readonly started_at: string;
  readonly last_activity_at: string;
  readonly created_at: string;
  readonly revision: number;
  readonly total_turns: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly metadata: JsonObject;
  readonly error: string | null;
  readonly summary: ScoreSummary;
  readonly system_prompt: string | null;
  readonly turns: readonly Turn[];
  readonly trajectory: TrajectoryJudgement | null;
  readonly metric_scores: readonly MetricScore[];
  readonly judging: readonly Judging[];
  readonly transcript: Transcript | null;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  readonly next_cursor: string | null;
}

export interface SessionState {
  readonly id: string;
  readonly status: Status;
}

export interface SessionSummary {
  readonly id: string;
  readonly conversation_id: string | null;
  readonly source: Source;
  readonly status: Status;
  readonly agent_name: string | null;
  readonly user_id: string | null;
  readonly models: readonly string[];
  readonly dialects: readonly string[];
  readonly started_at: string;
  readonly last_activity_at: string;
  readonly created_at: string;
  readonly revision: number;
  readonly total_turns: number;
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly metadata: JsonObject;
  readonly error: string | null;
  readonly summary: ScoreSummary;
  readonly first_user_content: string | null;
  readonly last_assistant_content: string | null;
}

export type Source = "otlp" | "messages" | "text" | "voice" | "stream";

export type Status = "open" | "pending" | "running" | "closing" | "completed" | "failed";

export interface StreamingSubmission {
  readonly initial_messages?: readonly ChatMessage[] | undefined;
  readonly tools?: readonly { readonly [key: string]: unknown }[] | undefined;
  readonly metadata?: { readonly [key: string]: unknown } | undefined;
  readonly instructions?: string | undefined;
  readonly evaluate_safety?: boolean | undefined;
}

export interface SubAgent {
  readonly model_calls: readonly ModelCall[];
  readonly tool_calls: readonly ToolCall[];
  readonly usage: Usage;
}

export interface Submission {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly [key: string]: unknown }[] | undefined;
  readonly metadata?: { readonly [key: string]: unknown } | undefined;
  readonly instructions?: string | undefined;
  readonly evaluate_safety?: boolean | undefined;
}

export interface SubmitResult {
  readonly session_id: string;
  readonly status: Status;
  readonly transcript_preview: string | null;
}

export interface TextSubmission {
  readonly text: string;
  readonly context?: string | undefined;
  readonly first_speaker_role?: "user" | "assistant" | undefined;
  readonly format?: "auto" | "json" | "chatml" | "captions" | "labels" | "plain" | undefined;
  readonly metadata?: { readonly [key: string]: unknown } | undefined;
  readonly instructions?: string | undefined;
  readonly evaluate_safety?: boolean | undefined;
}

export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly error: string | null;
  readonly provider_run: boolean;
  readonly span_id: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly sub_agent: SubAgent | null;
}

export interface ToolCallJudgement {
  readonly id: string | null;
  readonly score: Score;
  readonly summary: string;
  readonly reasoning: string;
  readonly call_content: string;
}

export interface Trace {
  readonly id: string;
  readonly status: Status;
  readonly created_at: string;
  readonly total_turns: number;
  readonly summary: ScoreSummary;
  readonly metadata: JsonObject;
  readonly judgements: TurnJudgements;
  readonly trajectory: TrajectoryJudgement | null;
  readonly error: string | null;
}

export interface TracePage {
  readonly sessions: readonly TraceSummary[];
  readonly total: number;
  readonly count: number;
}

export interface TraceSummary {
  readonly id: string;
  readonly status: Status;
  readonly created_at: string;
  readonly total_turns: number;
  readonly summary: ScoreSummary;
  readonly metadata: JsonObject;
}

export interface TrajectoryFailure {
  readonly type: string;
  readonly description: string;
  readonly after_turn: number;
  readonly message_index: number | null;
  readonly span_id: string | null;
}

export interface TrajectoryJudgement {
  readonly score: Score;
  readonly reasoning: string;
  readonly completed: boolean;
  readonly early_termination: boolean;
  readonly failures: readonly TrajectoryFailure[];
  readonly judge: {
    readonly name: string;
    readonly version: string;
    readonly model: string | null;
    readonly prompt_hash: string | null;
  };
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  readonly agreement: number | null;
  readonly trials: readonly Trial[];
  readonly evidence: readonly {
    readonly span_id: string | null;
    readonly quote: string | null;
    readonly message_index: number | null;
  }[];
  readonly cut: Cut | null;
  readonly trace_id: string | null;
  readonly superseded: boolean;
}

export interface Transcript {
  readonly parser: "rules" | "llm";
  readonly confidence: number;
  readonly language: string | null;
  readonly speakers: readonly { readonly label: string; readonly role: "user" | "assistant" }[];
  readonly notes: readonly string[];
}

export interface TrendPoint {
  readonly date: string;
  readonly metric: string;
  readonly score: number;
  readonly run_count: number;
}

export interface Trends {
  readonly trends: readonly TrendPoint[];
  readonly from: string;
  readonly to: string;
}

export interface Trial {
  readonly model: string;
  readonly score: Score | null;
  readonly reasoning: string;
}

export interface Turn {
  readonly turn: number;
  readonly user_content: string;
  readonly attachments: readonly Attachment[];
  readonly assistant_content: string | null;
  readonly error: string | null;
  readonly aborted: boolean;
  readonly inferred: boolean;
  readonly regenerates_turn: number | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly trace_ids: readonly string[];
  readonly flags: readonly TurnFlag[];
  readonly usage: Usage;
  readonly cost_usd: number | null;
  readonly model_calls: readonly ModelCall[];
  readonly tool_calls: readonly ToolCall[];
  readonly judgement: TurnJudgement | null;
}

export type TurnFlag = "truncated" | "content_missing" | "guessed_session" | "guessed_speakers";

export interface TurnJudgement {
  readonly turn: number;
  readonly score: Score;
  readonly turn_reasoning: string;
  readonly user_summary: string;
  readonly user_content: string;
  readonly assistant_summary: string;
  readonly assistant_content: string;
  readonly tool_calls: readonly ToolCallJudgement[];
  readonly dimensions: {
    readonly hallucination?: { readonly score: Score; readonly reasoning: string } | undefined;
    readonly wrong_tool_usage?: { readonly score: Score; readonly reasoning: string } | undefined;
    readonly inconsistent_reasoning?: { readonly score: Score; readonly reasoning: string } | undefined;
    readonly unnecessary_actions?: { readonly score: Score; readonly reasoning: string } | undefined;
    readonly safety?: { readonly score: Score; readonly reasoning: string } | undefined;
  };
  readonly judge: {
    readonly name: string;
    readonly version: string;
    readonly model: string | null;
    readonly prompt_hash: string | null;
  };
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  readonly agreement: number | null;
  readonly trials: readonly Trial[];
  readonly evidence: readonly {
    readonly span_id: string | null;
    readonly quote: string | null;
    readonly message_index: number | null;
  }[];
  readonly cut: Cut | null;
  readonly trace_id: string | null;
  readonly superseded: boolean;
}

export interface TurnJudgements {
  readonly [key: string]: TurnJudgement;
}

export interface UnsafeTurn {
  readonly session_id: string;
  readonly turn: number;
  readonly input_short: string;
  readonly output_short: string;
  readonly reasoning: string;
  readonly judge: string;
  readonly unsafe_turns: number;
}

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_input_tokens: number;
  readonly reasoning_tokens: number;
}
