import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { toJson } from "./json.ts";
import { type Message, type Part, toolCallsIn } from "./message.ts";
import { openSpan } from "./open-span.ts";
import { currentScope, within } from "./scope.ts";
import type { Tracing } from "./tracing.ts";

/** What a model is asked, read from a library's own request when the call begins. */
export interface ModelRequest {
  readonly operation: "chat";
  readonly model: string | undefined;
  /** Provider, server and request parameters, by their attribute names. */
  readonly attributes: Attributes;
  readonly input: readonly Message[];
  readonly systemInstructions?: readonly Part[];
  readonly toolDefinitions?: readonly unknown[];
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
  const { span: parent, turnTrace } = currentScope();
  if (parent === undefined) turnTrace?.ask(request.input);
  const startedAt = performance.now();
  let firstChunkAttributes: Attributes = {};
  const answered = (answer: ModelAnswer): Attributes => ({
    ...firstChunkAttributes,
    ...answerAttributes(answer, tracing.captureContent),
  });
  const name = request.model === undefined ? request.operation : `${request.operation} ${request.model}`;
  const open = openSpan(tracing, name, SpanKind.CLIENT, requestAttributes(request, tracing.captureContent), () =>
    answered(soFar()),
  );
  return {
    run: (fn) => within({ span: open.span }, fn),
    firstChunk() {
      firstChunkAttributes = { [genAi.responseTimeToFirstChunk]: (performance.now() - startedAt) / 1000 };
    },
    answer(answer) {
      turnTrace?.askedFor(toolCallsIn(answer.output));
      if (answer.error === undefined) open.end(() => answered(answer));
      else open.fail(answer.error, () => answered(answer));
    },
    stop: (answer) => open.end(() => ({ ...answered(answer), [genAi.aborted]: true })),
    fail(error, answer) {
      if (parent === undefined) turnTrace?.failed();
      open.fail(error, () => (answer === undefined ? {} : answered(answer)));
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
