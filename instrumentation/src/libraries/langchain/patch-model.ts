import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, member } from "../../json.ts";
import type { ModelRequest } from "../../model-call.ts";
import { observeResult } from "../../observe-result.ts";
import { type ObservedCall, observeModelCall, type StreamReader } from "../observed-call.ts";
import { observeIterator, observerOf } from "../observe-iterator.ts";
import { type BeginCall, type Observe, patchMethod } from "../patch-method.ts";
import { callMethod } from "./call-method.ts";
import { readGenerations } from "./chat-answer.ts";
import { readRequest } from "./chat-request.ts";
import { createMessageStreamReader } from "./message-stream.ts";
import { createTextStreamReader } from "./text-stream.ts";

/** What tells LangChain's two kinds of models apart. */
interface ModelKind {
  readonly operation: ModelRequest["operation"];
  /** The method of a prompt value that gives what such a model is asked. */
  readonly inputMethod: "toChatMessages" | "toString";
  readonly toMessages: (input: unknown) => readonly unknown[];
  readonly createReader: () => StreamReader;
}

const chat: ModelKind = {
  operation: "chat",
  inputMethod: "toChatMessages",
  toMessages: listOf,
  createReader: createMessageStreamReader,
};

const completion: ModelKind = {
  operation: "text_completion",
  inputMethod: "toString",
  toMessages: (prompt) => [{ type: "human", content: prompt }],
  createReader: createTextStreamReader,
};

/** Observes `BaseChatModel`. Returns whether it is patched now. */
export const patchChatModel = (chatModel: unknown): boolean => patchModel(chatModel, chat);

/** Observes `BaseLLM`, which completes a text. Returns whether it is patched now. */
export const patchTextModel = (textModel: unknown): boolean => patchModel(textModel, completion);

/** The methods that ask a model: one behind `invoke`, `batch`, `generate` and `streamEvents`, and the one behind `stream`. */
function patchModel(modelClass: unknown, kind: ModelKind): boolean {
  const prototype = member(modelClass, "prototype");
  const generateIsPatched = patchMethod(prototype, "_generateUncached", beginGenerate(kind), (result, call) =>
    observeResult(result, call.answered, call.fail),
  );
  const streamIsPatched = patchMethod(prototype, "_streamIterator", beginStream(modelClass, kind), observeStream);
  return generateIsPatched && streamIsPatched;
}

/** Not every model says that it is done: a stream that ends is. */
const observeStream: Observe = (generator, call) => {
  const observer = { ...observerOf(call), end: () => call.answered(undefined) };
  if (!observeIterator(generator, observer)) call.answeredRaw();
  return generator;
};

/** It is given a list of inputs, each of which the model is asked by itself. */
const beginGenerate =
  ({ operation, toMessages }: ModelKind): BeginCall =>
  (tracing, model, [inputs, callOptions]) => {
    const options = fieldsOf(callOptions);
    const calls = listOf(inputs).map((input, index) => {
      const request = { operation, ...readRequest(model, toMessages(input), options) };
      return observeModelCall(tracing, request, (result) => readGenerations(result, index));
    });
    return abortedBy(options["signal"], together(calls));
  };

const beginStream =
  (modelClass: unknown, { operation, inputMethod, toMessages, createReader }: ModelKind): BeginCall =>
  (tracing, model, [given, callOptions]) => {
    const options = fieldsOf(callOptions);
    const input = callMethod(callMethod(modelClass, "_convertInputToPromptValue", given), inputMethod);
    const { attributes, ...request } = readRequest(model, toMessages(input), options);
    const streamed = { operation, ...request, attributes: { ...attributes, [genAi.requestStream]: true } };
    const reader = createReader();
    return abortedBy(
      options["signal"],
      observeModelCall(tracing, streamed, () => reader.answer(), reader),
    );
  };

/** Several calls that begin and end as one. */
function together(calls: readonly ObservedCall[]): ObservedCall | undefined {
  const [first] = calls;
  if (first === undefined || calls.length === 1) return first;
  return {
    ...first,
    answered: (answer) => calls.forEach((call) => call.answered(answer)),
    streamEnded: () => calls.forEach((call) => call.streamEnded()),
    fail: (error) => calls.forEach((call) => call.fail(error)),
  };
}

/**
 * A call that fails because the application wanted it to end has not failed. One that took too long has: its `timeout` is
 * a signal, too, and all that its error says is that it was aborted.
 */
function abortedBy(signal: unknown, call: ObservedCall | undefined): ObservedCall | undefined {
  if (call === undefined || !(signal instanceof AbortSignal)) return call;
  return {
    ...call,
    fail(error) {
      if (!signal.aborted) call.fail(error);
      else if (member(signal.reason, "name") === "TimeoutError") call.fail(signal.reason);
      else call.streamEnded();
    },
  };
}
