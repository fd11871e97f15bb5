import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { announce } from "./announce.ts";
import { copySpan } from "./copy-span.ts";
import { type Delivery, patienceMs, startDelivery } from "./delivery.ts";
import { createMask } from "./masking/masks.ts";
import { type DeliveryOptions, isDisabled, masksOf } from "./options.ts";
import { createPreparation } from "./prepare-spans.ts";
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
 * their options hold for these spans, too; of the given ones then only `mask` counts, in addition.
 */
export function turnwiseSpanProcessor(options: DeliveryOptions = {}): SpanProcessor {
  const identities = new WeakMap<object, Attributes>();
  let sending: { readonly delivery: Delivery; readonly prepare: (span: ReadableSpan) => ReadableSpan } | undefined;
  let own: Delivery | undefined;
  let isOff = isDisabled(process.env);

  const send = (span: ReadableSpan): void => {
    const running = currentTracing()?.delivery ?? own;
    if (sending === undefined || sending.delivery !== running) sending = startSending(running);
    sending.delivery.processor.onEnd(sending.prepare(span));
  };
  const startSending = (running: Delivery | undefined): NonNullable<typeof sending> => {
    if (running !== undefined) return { delivery: running, prepare: ownMasking(options) };
    own = startDelivery(options);
    return { delivery: own, prepare: (span) => span };
  };
  return {
    onStart(span) {
      noteInside(span);
      const identity = identityOf(currentScope());
      if (Object.keys(identity).length > 0) identities.set(span, identity);
    },
    onEnd(span) {
      if (isOff || !isOfAgent(span) || isRecorded(span)) return;
      try {
        send(withAttributes(span, identities.get(span)));
      } catch (error) {
        // Options that cannot be meant: then nothing is sent, rather than anything unmasked.
        isOff = true;
        announce(`not sending: ${error instanceof Error ? error.message : String(error)}`);
      }
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

/** What the options mask, before the masks of the delivery that somebody else has started. */
function ownMasking({ mask }: DeliveryOptions): (span: ReadableSpan) => ReadableSpan {
  if (mask === undefined) return (span) => span;
  return createPreparation({ mask: createMask(masksOf(mask, {})), maxTextLength: Infinity });
}

function isOfAgent({ attributes, events }: ReadableSpan): boolean {
  const isAgentKey = (key: string): boolean => agentPrefixes.some((prefix) => key.startsWith(prefix));
  return Object.keys(attributes).some(isAgentKey) || events.some(({ name }) => name.startsWith("gen_ai."));
}

/** The span with these attributes, where it has no own. */
function withAttributes(span: ReadableSpan, attributes: Attributes | undefined): ReadableSpan {
  return attributes === undefined ? span : copySpan(span, { attributes: { ...attributes, ...span.attributes } });
}
