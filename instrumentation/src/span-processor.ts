import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { announce } from "./announce.ts";
import { copySpan } from "./copy-span.ts";
import { type Delivery, patienceMs, startDelivery } from "./delivery.ts";
import { type DeliveryOptions, isDisabled } from "./options.ts";
import { identityOf } from "./provider.ts";
import { isRecorded, noteInside } from "./recorded-twice.ts";
import { currentScope } from "./scope.ts";
import { currentTracing } from "./tracing.ts";

/** Attributes begin so in the spans of the instrumentations that the server understands. */
const agentPrefixes = [
  "gen_ai.",
  "llm.",
  "openinference.",
  "traceloop.",
  "ai.",
  "langfuse.",
  "langsmith.",
  "mastra.",
  "genkit:",
  "gcp.vertex.agent.",
];

/**
 * For the application's own tracer provider: sends those of its spans that tell of models, tools and agents to Turnwise, as
 * ours are sent; the spans themselves stay as they are, and other spans are left alone. What `instrument` or `register`
 * records does not go through that provider, and a call that both record is sent once: ours. When either of them is on,
 * their options hold for these spans, too, and the given ones count only without them.
 */
export function turnwiseSpanProcessor(options: DeliveryOptions = {}): SpanProcessor {
  const identities = new WeakMap<object, Attributes>();
  let own: Delivery | undefined;
  let isOff = isDisabled(process.env);

  const delivery = (): Delivery | undefined => {
    const running = currentTracing()?.delivery ?? own;
    if (running !== undefined || isOff) return running;
    try {
      own = startDelivery(options);
    } catch (error) {
      isOff = true;
      announce(`not sending: ${error instanceof Error ? error.message : String(error)}`);
    }
    return own;
  };
  return {
    onStart(span) {
      noteInside(span);
      const identity = identityOf(currentScope());
      if (Object.keys(identity).length > 0) identities.set(span, identity);
    },
    onEnd(span) {
      if (!isOfAgent(span) || isRecorded(span)) return;
      delivery()?.processor.onEnd(withAttributes(span, identities.get(span)));
    },
    async forceFlush() {
      await (currentTracing()?.delivery ?? own)?.flush(patienceMs);
    },
    async shutdown() {
      isOff = true;
      await currentTracing()?.delivery.flush(patienceMs);
      await own?.shutdown();
      own = undefined;
    },
  };
}

function isOfAgent({ attributes, events }: ReadableSpan): boolean {
  const isAgentKey = (key: string): boolean => agentPrefixes.some((prefix) => key.startsWith(prefix));
  return Object.keys(attributes).some(isAgentKey) || events.some(({ name }) => name.startsWith("gen_ai."));
}

/** The span with these attributes, where it has no own. */
function withAttributes(span: ReadableSpan, attributes: Attributes | undefined): ReadableSpan {
  return attributes === undefined ? span : copySpan(span, { attributes: { ...attributes, ...span.attributes } });
}
