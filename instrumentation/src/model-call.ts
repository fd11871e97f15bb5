import { type Attributes, type HrTime, SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { toJson } from "./json.ts";
import { type Message, type Part, toolCallsIn, withCallIds } from "./message.ts";
import { usageOf } from "./model-usage.ts";
import { openSpan, type OpenSpan } from "./open-span.ts";
import { currentScope, within } from "./scope.ts";
import { guardRuns, stopIfTripped } from "./stop-if-tripped.ts";
import type { Tracing } from "./tracing.ts";

/** What a model is asked, read from a library's own request when the call begins. */
export interface ModelRequest {
  readonly operation: "chat" | "generate_content" | "text_completion" | "embeddings";
  readonly model: string | undefined;
  /** Provider, server and request parameters, by their attribute names. */
  readonly attributes: Attributes;
  readonly input: readonly Message[];
  readonly systemInstructions?: readonly Part[];
  readonly toolDefinitions?: readonly unknown[];
  /** When the model was asked, if not just now. */
  readonly askedAt?: HrTime;
}

/** What a model answered, as much of it as has arrived. */
export interface ModelAnswer {
  /** Response id, model, finish reasons and usage, by their attribute names. */
  readonly attributes: Attributes;
  readonly output: readonly Message[];
  /** The provider's own failure inside a successful HTTP answer. */
  readonly error?: Error;
}

/** A model call in progress. The first of `answer`, `stop` and `fail` ends it; what comes later is ignored. */
export interface ModelCall {
  /** Runs the library's code under the call's span. */
  readonly run: <T>(fn: () => T) => T;
  /** The first piece of a streamed answer is there. */
  readonly firstChunk: () => void;
  readonly answer: (answer: ModelAnswer) => void;
  /** The application stopped reading before the end. */
  readonly stop: (answer: ModelAnswer) => void;
  readonly fail: (error: unknown, answer?: ModelAnswer) => void;
}

/** Begins a model call. `soFar` gives what has arrived of the answer, should the process end before it is complete. */
export function startModelCall(tracing: Tracing, request: ModelRequest, soFar: () => ModelAnswer): ModelCall {
  const { span: parent, turnTrace, onModelCall } = currentScope();
  onModelCall?.();
  if (parent === undefined) turnTrace?.ask(request.input);
  const startedAt = performance.now();
  let firstChunkAttributes: Attributes = {};
  const answered = (answer: ModelAnswer): Attributes => ({
    ...firstChunkAttributes,
    ...answerAttributes(answer, tracing.captureContent),
  });
  const identified = (answer: ModelAnswer): ModelAnswer => ({
    ...answer,
    output: withCallIds(answer.output, open.span.spanContext().spanId),
  });
  const name = request.model === undefined ? request.operation : `${request.operation} ${request.model}`;
  const openCall = (): OpenSpan =>
    openSpan(
      tracing,
      name,
      SpanKind.CLIENT,
      requestAttributes(request, tracing.captureContent),
      () => answered(identified(soFar())),
      request.askedAt,
    );
  const runs = guardRuns();
  stopIfTripped(runs, (run) => run.beforeModelCall(request.model), openCall);
  const open = openCall();
  const tellGuards = (answer: ModelAnswer): void => {
    for (const run of runs) run.answered(usageOf(request, answer.attributes), toolCallsIn(answer.output));
  };
  return {
    run: (fn) => within({ span: open.span, modelCall: open.span }, fn),
    firstChunk() {
      firstChunkAttributes = { [genAi.responseTimeToFirstChunk]: (performance.now() - startedAt) / 1000 };
    },
    answer(given) {
      const answer = identified(given);
      turnTrace?.askedFor(toolCallsIn(answer.output));
      tellGuards(answer);
      if (answer.error === undefined) open.end(() => answered(answer));
      else open.fail(answer.error, () => answered(answer));
    },
    stop(given) {
      const answer = identified(given);
      tellGuards(answer);
      open.end(() => ({ ...answered(answer), [genAi.aborted]: true }));
    },
    fail(error, answer) {
      if (parent === undefined) turnTrace?.failed();
      open.fail(error, () => (answer === undefined ? {} : answered(identified(answer))));
    },
  };
}

function requestAttributes(request: ModelRequest, captureContent: boolean): Attributes {
  return {
    ...request.attributes,
    [genAi.operationName]: request.operation,
    ...(request.model !== undefined && { [genAi.requestModel]: request.model }),
    ...(captureContent && {
      ...jsonAttribute(genAi.inputMessages, request.input),
      ...jsonAttribute(genAi.systemInstructions, request.systemInstructions),
      ...jsonAttribute(genAi.toolDefinitions, request.toolDefinitions),
    }),
  };
}

function answerAttributes({ attributes, output }: ModelAnswer, captureContent: boolean): Attributes {
  return { ...attributes, ...(captureContent && jsonAttribute(genAi.outputMessages, output)) };
}

function jsonAttribute(name: string, list: readonly unknown[] | undefined): Attributes {
  const json = list === undefined || list.length === 0 ? undefined : toJson(list);
  return json === undefined ? {} : { [name]: json };
}
