/** Component types of the collector that a configuration may name although there is none here of that name. */
import type { ComponentKind } from "./config.ts";

/** Types that the collector renamed, by their old names; both are accepted. Source: collector v0.146 deprecations. */
export const renamedTypes: Readonly<Partial<Record<ComponentKind, ReadonlyMap<string, string>>>> = {
  exporters: new Map([
    ["otlp", "otlp_grpc"],
    ["otlphttp", "otlp_http"],
  ]),
  receivers: new Map([["otlpjsonfile", "otlp_json_file"]]),
};

const metricsOnly = "it makes metrics, which are only counted here; remove it";
const otherSource = "only OTLP is received here; let a collector receive this and send it on over OTLP, or remove it";
const otherTarget = "data leaves over OTLP only; use otlp_http or otlp_grpc, where the target takes OTLP, or remove it";
const noSampling = "everything is kept, as a session with gaps cannot be judged; remove it";
const noRewriting =
  "there is no transformation language here; attributes, resource, filter and redaction are there, or remove it";
const noInspection = "the server's numbers are under service::telemetry::metrics; remove it";
const noDiscovery = "nothing is discovered here; remove it";
const otherCredentials = "only bearertokenauth is there; use it, or remove it";

/** Why there is none, and what to do: one line for each type that is left out on purpose. */
export const leftOutTypes: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  receivers: new Map([
    ["filelog", otherSource],
    ["fluentforward", otherSource],
    ["hostmetrics", metricsOnly],
    ["jaeger", otherSource],
    ["journald", otherSource],
    ["k8s_cluster", metricsOnly],
    ["k8s_events", otherSource],
    ["kafka", otherSource],
    ["kubeletstats", metricsOnly],
    ["nop", "it receives nothing; remove it"],
    ["opencensus", otherSource],
    ["prometheus", metricsOnly],
    ["statsd", metricsOnly],
    ["syslog", otherSource],
    ["zipkin", otherSource],
  ]),
  processors: new Map([
    ["batch", "not needed, the store commits in groups and the forwarders send from a queue; remove it"],
    ["cumulativetodelta", metricsOnly],
    ["deltatorate", metricsOnly],
    ["groupbyattrs", "not needed, spans are stored one by one; remove it"],
    ["groupbytrace", "not needed, sessions are put together from the store; remove it"],
    ["k8sattributes", noDiscovery],
    ["metricstransform", metricsOnly],
    ["probabilistic_sampler", noSampling],
    ["resourcedetection", noDiscovery],
    ["span", noRewriting],
    ["tail_sampling", noSampling],
    ["transform", noRewriting],
  ]),
  exporters: new Map([
    ["awsxray", otherTarget],
    ["clickhouse", otherTarget],
    ["datadog", otherTarget],
    ["elasticsearch", otherTarget],
    ["googlecloud", otherTarget],
    ["jaeger", "Jaeger takes OTLP; use otlp_grpc"],
    ["kafka", otherTarget],
    ["load_balancing", otherTarget],
    ["loadbalancing", otherTarget],
    ["logging", "the collector renamed it; use debug"],
    ["loki", otherTarget],
    ["nop", "it exports nothing; remove it"],
    ["prometheus", metricsOnly],
    ["prometheusremotewrite", metricsOnly],
    ["splunk_hec", otherTarget],
    ["zipkin", otherTarget],
  ]),
  extensions: new Map([
    ["basicauth", otherCredentials],
    ["cgroupruntime", "it sets limits of the Go runtime; remove it"],
    ["db_storage", "the sending queues are in the store; remove it"],
    ["file_storage", "the sending queues are in the store; remove it"],
    ["headers_setter", "an exporter's headers are set in its own part; remove it"],
    ["host_observer", noDiscovery],
    ["k8s_observer", noDiscovery],
    ["memory_ballast", "the collector removed it too; remove it"],
    ["memory_limiter", "use the processor of this name, which also refuses before it reads; remove it"],
    ["oauth2client", otherCredentials],
    ["oidc", otherCredentials],
    ["opamp", "this server is configured by its files only; remove it"],
    ["pprof", "it profiles the Go runtime; start node with --cpu-prof, or remove it"],
    ["remotetap", noInspection],
    ["zpages", noInspection],
  ]),
};

/** What is said of a connector, of whatever type. */
export const noConnectors = "there are no connectors, a receiver may be in several pipelines instead; remove it";

/** What is said of a type that nobody thought of. */
export const seeComponents = '"turnwise components" lists what there is; use one of them, or remove it';
