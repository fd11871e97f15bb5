import { isDeepStrictEqual } from "node:util";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import { parsedOrText, toJson } from "./json.ts";
import type { AskedToolCall, Message } from "./message.ts";

/**
 * What the calls of one session share: each turn gets a trace of its own, so that a turn's model and tool calls belong
 * together though nothing encloses them, and a tool that runs finds the id of the call that asked for it.
 */
export interface TurnTrace {
  /** The trace of the turn that is going on: for spans without a parent. */
  traceId(): string;
  /** The next span begins a new turn. */
  beginTurn(): void;
  /** Told before a model call: a user text at the end of the input begins a turn, unless it repeats one that failed. */
  ask(input: readonly Message[]): void;
  failed(): void;
  /** Told what the model asked for. */
  askedFor(calls: readonly AskedToolCall[]): void;
  /** The id of the call that a tool now answers, each once; undefined if the model's wish is not recognised. */
  takeCallId(name: string, toolArguments: unknown): string | undefined;
}

const ids = new RandomIdGenerator();

/** A session's memory of its current turn. It holds no more than that turn's open tool calls. */
export function createTurnTrace(): TurnTrace {
  let traceId = ids.generateTraceId();
  let fresh = true;
  let question: string | undefined;
  let lastFailed = false;
  let open: readonly AskedToolCall[] = [];

  const beginTurn = (): void => {
    if (!fresh) traceId = ids.generateTraceId();
    fresh = false;
    open = [];
  };
  return {
    traceId: () => traceId,
    beginTurn,
    ask(input) {
      const asked = questionOf(input);
      const isRetry = lastFailed && asked === question;
      if (asked !== undefined && !isRetry) beginTurn();
      if (asked !== undefined) question = asked;
      fresh = false;
      lastFailed = false;
    },
    failed() {
      lastFailed = true;
    },
    askedFor(calls) {
      open = [...open, ...calls];
    },
    takeCallId(name, toolArguments) {
      const call = findCall(open, name, toolArguments);
      open = open.filter((other) => other !== call);
      return call?.id;
    },
  };
}

/** Identifies the user text that the input ends with; undefined when the input continues a turn (tool results). */
function questionOf(input: readonly Message[]): string | undefined {
  const last = input.findLast(({ role }) => role !== "system" && role !== "developer");
  if (last?.role !== "user") return undefined;
  return `${input.length} ${toJson(last) ?? ""}`;
}

/** Equal arguments decide; without them a name that was asked for only once does. */
function findCall(open: readonly AskedToolCall[], name: string, toolArguments: unknown): AskedToolCall | undefined {
  const named = open.filter((call) => call.name === name);
  const json = toJson(toolArguments);
  const given = json === undefined ? undefined : parsedOrText(json);
  const equal = named.find((call) => isDeepStrictEqual(call.arguments, given));
  return equal ?? (named.length === 1 ? named[0] : undefined);
}
