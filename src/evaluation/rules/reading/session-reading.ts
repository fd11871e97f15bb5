/**
 * A session as the rules see it: each turn and tool call with what can be told of it, and an index of everything that
 * was said. Built in one pass, so that judging costs time in proportion to the conversation's length.
 */
import type { BuiltSession, ModelCall, Step, ToolCall, Turn } from "../../../model/session.ts";
import { failureOf } from "./failure-of.ts";
import { fingerprintOf } from "./json-leaves.ts";
import { once } from "./once.ts";
import { readOfferedTools, toolKey, type OfferedTool } from "./offered-tools.ts";
import { readRequest, type Request } from "./request.ts";
import { createSeenValues, type SeenValues, type SeenValuesBuilder } from "./seen-values.ts";
import { isEnglish } from "./spoken.ts";
import { targetOf } from "./target-of.ts";
import { effectOf, handsOver, type ToolEffect } from "./tool-effect.ts";

export interface CallReading {
  readonly call: ToolCall;
  /** From 1. */
  readonly turn: number;
  /** Position among the turn's tool calls, from 0. */
  readonly index: number;
  /**
   * Place in the session's order of events: what stands at a smaller one was there when the call was made. Calls of one
   * message count one after the other: recorders merge calls that really followed each other.
   */
  readonly position: number;
  readonly effect: ToolEffect;
  readonly handsOver: boolean;
  /** What the tool said when it failed. */
  readonly failure: string | undefined;
  /** The tool answered, and not with a failure. */
  readonly succeeded: boolean;
  /** The latest earlier call of the turn with the same name, arguments and answer, when nothing was changed in between. */
  readonly repeats: CallReading | undefined;
  /** How many such calls stand before this one. */
  readonly repetitions: number;
  /** The latest earlier write by the same tool on the same object, when both succeeded. */
  readonly rewrites: CallReading | undefined;
}

export interface TurnReading {
  readonly turn: Turn;
  readonly calls: readonly CallReading[];
  readonly modelCalls: readonly ModelCall[];
  /** The reply, or "" when there is none. */
  readonly reply: string;
  /** The previous turn's reply, or "". A message that nothing answered leaves the reply before it standing. */
  readonly previousReply: string;
  /** The user's words, with those of the messages before that nothing answered. */
  readonly asked: string;
  /** What `asked` asks for and tells; read on first use. */
  readonly request: () => Request;
  /** Place in the order of events before the user spoke. */
  readonly position: number;
  /** Of each tool, the index of its last successful call of the turn. */
  readonly lastSuccess: ReadonlyMap<string, number>;
  /** The user has spoken English so far: words and dates of the arguments can be expected in the user's own. */
  readonly english: boolean;
  /** A tool was called in an earlier turn. */
  readonly calledBefore: boolean;
  /** A tool gave the conversation to a person. */
  readonly handedOver: boolean;
  /** Something of this turn or of an earlier one was not recorded, so that "never seen" proves nothing. */
  readonly incomplete: boolean;
  /** The user attached something, in this turn or in an earlier one: what is in it cannot be read here. */
  readonly unseen: boolean;
}

/** What all turns share. */
export interface SettingReading {
  /** Nothing says that the session is only a piece of a conversation: it has an id, or came whole as messages. */
  readonly whole: boolean;
  readonly systemPrompt: string | undefined;
  readonly tools: ReadonlyMap<string, OfferedTool>;
  readonly seen: SeenValues;
}

export interface SessionReading extends SettingReading {
  readonly turns: readonly TurnReading[];
}

/** What reading carries from one turn to the next. */
interface Progress {
  readonly tools: ReadonlyMap<string, OfferedTool>;
  readonly seen: SeenValuesBuilder;
  readonly lastWrites: Map<string, CallReading>;
  position: number;
  previousReply: string;
  unanswered: string;
  called: boolean;
  incomplete: boolean;
  unseen: boolean;
  english: boolean;
}

/** Whether the agent could change anything: a tool that does so was offered or called. */
export const offersChanges = ({ tools, turns }: SessionReading): boolean =>
  [...tools.values()].some(({ definition }) => effectOf(definition.name, definition.description) === "write") ||
  turns.some((turn) => turn.calls.some((call) => call.effect === "write"));

export function readSession(session: BuiltSession): SessionReading {
  const tools = readOfferedTools(session.tools);
  const seen = createSeenValues();
  const progress: Progress = {
    tools,
    seen,
    lastWrites: new Map(),
    position: 0,
    previousReply: "",
    unanswered: "",
    called: false,
    incomplete: false,
    unseen: false,
    english: false,
  };
  if (session.systemPrompt !== undefined) seen.addText(session.systemPrompt, 0, "setting");
  const turns = session.turns.map((turn) => readTurn(turn, progress));
  const whole = session.source !== "otlp" || session.conversationId !== undefined;
  return { whole, systemPrompt: session.systemPrompt, turns, tools, seen };
}

/** However many messages nothing answers, reading them stays linear. */
const longestUnanswered = 20_000;

function readTurn(turn: Turn, progress: Progress): TurnReading {
  const position = ++progress.position;
  progress.incomplete ||= turn.inferred || turn.flags.includes("content_missing") || turn.flags.includes("truncated");
  progress.unseen ||= turn.attachments !== undefined;
  progress.seen.addText(turn.userContent, position, "user");
  progress.english ||= isEnglish(turn.userContent);
  const calls = readCalls(turn, progress);
  const reply = turn.assistantContent ?? "";
  const asked = progress.unanswered + turn.userContent;
  const reading = {
    turn,
    calls,
    modelCalls: turn.steps.filter((step) => step.type === "model_call"),
    reply,
    previousReply: progress.previousReply,
    asked,
    request: once(() => readRequest(asked)),
    position,
    lastSuccess: new Map(calls.filter((call) => call.succeeded).map((call) => [call.call.name, call.index])),
    calledBefore: progress.called,
    handedOver: calls.some((call) => call.handsOver),
    incomplete: progress.incomplete,
    unseen: progress.unseen,
    english: progress.english,
  };
  progress.called ||= calls.length > 0;
  const isAnswered = turn.steps.length > 0 || reply !== "";
  if (isAnswered) progress.previousReply = reply;
  progress.unanswered = isAnswered ? "" : `${asked.slice(-longestUnanswered)}\n`;
  return reading;
}

/** Calls within the turn so far, by what they asked and what they got. */
interface TurnProgress {
  readonly turn: number;
  /** A turn that answers an earlier one anew does the same writes again. */
  readonly regenerated: boolean;
  /** Without recorded arguments all calls look alike. */
  readonly recorded: boolean;
  readonly same: Map<string, CallReading>;
}

function readCalls(turn: Turn, progress: Progress): CallReading[] {
  const calls: CallReading[] = [];
  const inTurn: TurnProgress = {
    turn: turn.turn,
    regenerated: turn.regeneratesTurn !== undefined,
    recorded: !turn.flags.includes("content_missing"),
    same: new Map(),
  };
  for (const call of turn.steps.filter(isToolCall)) {
    const reading = readCall(call, calls.length, progress, inTurn);
    calls.push(reading);
    addAnswer(call, progress);
  }
  return calls;
}

const isToolCall = (step: Step): step is ToolCall => step.type === "tool_call";

function addAnswer(call: ToolCall, { seen, position }: Progress): void {
  if (call.result !== undefined) seen.addJson(call.result, position, "found");
  if (call.error !== undefined) seen.addText(call.error, position, "found");
}

function readCall(call: ToolCall, index: number, progress: Progress, inTurn: TurnProgress): CallReading {
  const failure = failureOf(call);
  const succeeded = failure === undefined && call.result !== undefined;
  const effect = handsOver(call.name)
    ? "unknown"
    : effectOf(call.name, progress.tools.get(toolKey(call.name))?.definition.description);
  const repeats = inTurn.recorded && isTold(call) ? repeatedBy(call, inTurn) : undefined;
  const rewrites =
    succeeded && effect === "write" && inTurn.recorded && !inTurn.regenerated ? rewrittenBy(call, progress) : undefined;
  const reading: CallReading = {
    call,
    turn: inTurn.turn,
    index,
    position: ++progress.position,
    effect,
    handsOver: handsOver(call.name),
    failure,
    succeeded,
    repeats: repeats?.earlier,
    repetitions: repeats?.earlier === undefined ? 0 : repeats.earlier.repetitions + 1,
    rewrites: rewrites?.earlier,
  };
  // After a change, looking again is no repetition.
  if (effect === "write" && succeeded) inTurn.same.clear();
  if (repeats !== undefined) inTurn.same.set(repeats.key, reading);
  if (rewrites !== undefined) progress.lastWrites.set(rewrites.key, reading);
  return reading;
}

/** Of a tool that the provider ran often only the name is told: then all calls look alike. */
const isTold = ({ providerRun, result, error }: ToolCall): boolean =>
  providerRun !== true || result !== undefined || error !== undefined;

interface Earlier {
  readonly key: string;
  readonly earlier: CallReading | undefined;
}

function repeatedBy(call: ToolCall, { same }: TurnProgress): Earlier | undefined {
  const asked = fingerprintOf(call.arguments);
  const got = call.error ?? fingerprintOf(call.result ?? null);
  if (asked === undefined || got === undefined) return undefined;
  const key = `${call.name}\n${asked}\n${got}`;
  return { key, earlier: same.get(key) };
}

function rewrittenBy(call: ToolCall, { lastWrites }: Progress): Earlier | undefined {
  const target = targetOf(call);
  if (target === undefined) return undefined;
  const key = `${call.name}\n${target}`;
  return { key, earlier: lastWrites.get(key) };
}
