/**
 * What each of the server's own numbers means, for the `HELP` and `TYPE` lines. Names and meanings of `otelcol_*` are the
 * collector's (`receiverhelper`, `processorhelper`, `exporterhelper`, `service/internal/proctelemetry`).
 */
import { recordNames } from "../component/record-names.ts";

export interface MetricDescription {
  readonly type: "counter" | "gauge";
  readonly help: string;
}

/** Of metrics that there is one of for each signal; `%s` is what the signal's records are called. */
const perSignal: readonly (readonly [name: string, help: string])[] = [
  ["otelcol_receiver_accepted_%s", "Number of %s successfully pushed into the pipeline."],
  [
    "otelcol_receiver_refused_%s",
    "Number of %s that could not be pushed into the pipeline; the sender was told to try again.",
  ],
  [
    "otelcol_receiver_failed_%s",
    "Number of %s that the receiver itself refused, as not valid; the sender was told so.",
  ],
  ["otelcol_processor_memory_limiter_accepted_%s", "Number of %s let through."],
  ["otelcol_processor_memory_limiter_refused_%s", "Number of %s refused because of high memory usage."],
  ["otelcol_exporter_sent_%s", "Number of %s successfully sent to the destination."],
  ["otelcol_exporter_send_failed_%s", "Number of %s that could not be sent to the destination."],
  ["otelcol_exporter_enqueue_failed_%s", "Number of %s that could not be added to the sending queue."],
  ["turnwise_discarded_%s", "Number of %s that arrived and are not kept, by the reason."],
];

const counters: readonly (readonly [name: string, help: string])[] = [
  ["otelcol_receiver_requests", "Number of export requests: success, refused (to be sent again) or failure."],
  ["otelcol_processor_incoming_items", "Number of items passed to the processor."],
  ["otelcol_processor_outgoing_items", "Number of items emitted from the processor."],
  ["otelcol_process_uptime", "Seconds since the process started."],
  ["otelcol_process_cpu_seconds", "CPU seconds of the process, user and system, of all its threads."],
  ["otelcol_processor_filter_spans_filtered", "Number of spans dropped by the filter processor."],
  ["otelcol_processor_filter_logs_filtered", "Number of logs dropped by the filter processor."],
  ["turnwise_skewed_times", "Number of times too far from the server's own."],
  ["turnwise_receiver_refused_requests", "Number of requests that were not taken, by the reason."],
  ["turnwise_receiver_broken_texts", "Number of texts that were not UTF-8 and were mended."],
  [
    "turnwise_exporter_parked_requests",
    "Number of queued requests that were refused, or could not be sent, and were set aside.",
  ],
  ["turnwise_discarded_attributes", "Number of attributes that were left out, by the reason."],
  ["turnwise_discarded_values", "Number of values that were left out, by the reason."],
  ["turnwise_discarded_events", "Number of span events that were left out, by the reason."],
  ["turnwise_discarded_links", "Number of span links that were left out, by the reason."],
  ["turnwise_discarded_bytes", "Bytes that were cut off texts and bytes that were too long."],
  ["turnwise_store_commits", "Number of commits that the main thread waited for."],
  ["turnwise_store_commit_seconds", "Seconds that these commits took."],
  ["turnwise_sessions_processed", "Number of times that a session was built and judged, by the outcome."],
  ["turnwise_judgements", "Number of answers of a judge, about a turn or a session."],
  ["turnwise_judge_seconds", "Seconds that these answers took."],
  ["turnwise_judge_failures", "Number of times that a judge could not judge, by the code of the error."],
  ["turnwise_judge_skipped", "Number of sessions that a judge was not to judge, by the reason."],
  ["turnwise_judge_trials", "Number of answers asked of the judge's models, by whether they counted."],
  ["turnwise_judge_input_tokens", "Tokens that the judge's model read."],
  ["turnwise_judge_output_tokens", "Tokens that the judge's model wrote."],
  ["turnwise_judge_cost_usd", "What the judge's model cost, in US dollars."],
  ["turnwise_intakes", "Number of texts and recordings that became messages, by who read them."],
  ["turnwise_intake_failures", "Number of times that a recording could not be transcribed, by the code of the error."],
  ["turnwise_judge_thread_deaths", "Number of times that the judge thread died and was replaced."],
  ["turnwise_runs_ended", "Number of evaluation runs that came to their end, by how."],
  ["turnwise_run_items_scored", "Number of items of evaluation runs that were scored."],
  ["turnwise_run_score_failures", "Number of scores of items that could not be had, by the code of the error."],
  [
    "turnwise_run_model_failures",
    "Number of times that the model did not answer a metric, also those it was asked again after, by the code of the error.",
  ],
  ["turnwise_run_thread_deaths", "Number of times that the thread that scores runs died and was replaced."],
];

const gauges: readonly (readonly [name: string, help: string])[] = [
  ["otelcol_process_memory_rss", "Resident memory of the process in bytes."],
  ["otelcol_process_runtime_heap_alloc_bytes", "Bytes of live objects on the heap of the main thread."],
  ["otelcol_exporter_queue_size", "Current size of the sending queue."],
  ["otelcol_exporter_queue_capacity", "Largest size of the sending queue."],
  ["otelcol_exporter_in_flight_requests", "Requests that the exporter has sent and that are not answered yet."],
  ["turnwise_store_queued_bytes", "Bytes of records that wait to be written to disk."],
  ["turnwise_store_damages", "Things found damaged in the store since the start."],
  ["turnwise_sessions_open", "Sessions with facts that no turn was built of yet: they wait to go quiet."],
  ["turnwise_judge_queue_size", "Sessions that are due: closed, to be judged again, or to be tried again."],
  ["turnwise_sessions_in_work", "Sessions that are being built and judged."],
  [
    "turnwise_judge_spend_tokens",
    "Tokens that the judge spent this UTC day, with those set aside for calls under way.",
  ],
  [
    "turnwise_judge_spend_usd",
    "US dollars that the judge spent this UTC day, with those set aside for calls under way.",
  ],
  ["turnwise_judges_paused", "Judges that wait because asking them cannot help now."],
  ["turnwise_runs_in_work", "Evaluation runs that are being scored."],
  ["turnwise_run_models_paused", "Judges whose models evaluation runs wait for, because asking them cannot help now."],
];

const named =
  (type: MetricDescription["type"]) =>
  ([name, help]: readonly [string, string]) =>
    [name, { type, help }] as const;

const ofEachSignal = perSignal.flatMap((texts) =>
  Object.values(recordNames).map((records): [string, string] => {
    const [name, help] = texts.map((text) => text.replace("%s", records));
    return [name ?? "", help ?? ""];
  }),
);

export const metricDescriptions: ReadonlyMap<string, MetricDescription> = new Map([
  ...[...ofEachSignal, ...counters].map(named("counter")),
  ...gauges.map(named("gauge")),
]);
