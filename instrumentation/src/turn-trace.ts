import type { Span } from "@opentelemetry/api";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import { findCall } from "./find-call.ts";
import { type GuardRun, startTurnGuards } from "./guard-run.ts";
import { toJson } from "./json.ts";
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
  /** What guards remember of the turn; undefined without guards. */
  guardRun(): GuardRun | undefined;
  /** From now on the turn is this span's, and no question begins another, until `close` was called. */
  open(turn: OpenTurn): void;
  /** The span of the turn that is open. */
  openSpan(): Span | undefined;
  /** Ends the turn that is open, if there is one. */
  close(): void;
}

/** A turn that the application has begun itself. */
export interface OpenTurn {
  readonly span: Span;
  readonly end: () => void;
}

const ids = new RandomIdGenerator();

/** A session's memory of its current turn. It holds no more than that turn's open tool calls. */
export function createTurnTrace(): TurnTrace {
  let traceId = ids.generateTraceId();
  let fresh = true;
  let question: string | undefined;
  let lastFailed = false;
  let open: readonly AskedToolCall[] = [];
  let guardRun: GuardRun | undefined;
  let openTurn: OpenTurn | undefined;

  const beginTurn = (): void => {
    if (openTurn !== undefined) return;
    if (!fresh) traceId = ids.generateTraceId();
    fresh = false;
    open = [];
    guardRun = undefined;
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
    guardRun: () => (guardRun ??= startTurnGuards()),
    open(turn) {
      openTurn = turn;
    },
    openSpan: () => openTurn?.span,
    close() {
      const closing = openTurn;
      openTurn = undefined;
      closing?.end();
    },
  };
}

/** Identifies the user text that the input ends with; undefined when the input continues a turn (tool results). */
function questionOf(input: readonly Message[]): string | undefined {
  const last = input.findLast(({ role }) => role !== "system" && role !== "developer");
  if (last?.role !== "user") return undefined;
  return `${input.length} ${toJson(last) ?? ""}`;
}
