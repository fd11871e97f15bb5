/** The tool calls of one turn, put together from what the model asked, what the next inputs say and the tools' own spans. */
import type { Message, MessageCall, MessageOther, MessageResult } from "../dialects/message.ts";
import type { ToolOperation } from "../dialects/operation.ts";
import { attachSpans } from "./attach-spans.ts";
import { createProviderSlots } from "./provider-slots.ts";
import { argumentsDiffer, callKey, idsDiffer, isEmptyArguments, newSlot } from "./tool-slot.ts";
import { createUseIndex } from "./told-again.ts";
import type { SlotOrigin, ToolSlot } from "./tool-slot.ts";

export interface ToolSlots {
  /** By call; of each first what the provider ran, then what others were asked for. */
  all(): readonly ToolSlot[];
  /** What a model's output tells of its provider's tools; `from` the output, or what later calls repeat of it. */
  addProviderRun(others: readonly MessageOther[], callAt: number, from: SlotOrigin): void;
  /** The calls in a model's output. */
  addAsked(calls: readonly MessageCall[], callAt: number): void;
  /** What followed the user's text in the input of a later call: it repeats all calls and results of the turn so far. */
  addRepeated(messages: readonly Message[], callAt: number): void;
  addSpans(spans: readonly ToolOperation[], callAtOf: (span: ToolOperation) => number): void;
}

export function createToolSlots(): ToolSlots {
  const slots: ToolSlot[] = [];
  /** Some providers give several calls the same id. */
  const byId = new Map<string, ToolSlot[]>();
  const provider = createProviderSlots();
  let pass = newPass(slots);

  const nameSlot = (slot: ToolSlot, id: string | undefined): void => {
    if (id === undefined) return;
    const named = byId.get(id);
    if (named === undefined) byId.set(id, [slot]);
    else named.push(slot);
  };

  const add = (call: MessageCall, callAt: number, from: SlotOrigin, span?: ToolOperation): ToolSlot => {
    const slot = { ...newSlot(call, callAt, from), span };
    slots.push(slot);
    addUnmet(pass.unmet, slot);
    nameSlot(slot, call.id);
    return slot;
  };

  const readCall = (call: MessageCall, callAt: number): void => {
    const named = byId.get(call.id ?? "");
    const known = named === undefined ? takeUnmet(pass, call, slots) : takeNamed(pass, call, named);
    const slot = known ?? add(call, callAt, "history");
    if (isEmptyArguments(slot.arguments)) {
      if (!isEmptyArguments(call.arguments)) slot.argumentsFrom = "history";
      slot.arguments = call.arguments;
    }
    if (slot.id === undefined && call.id !== undefined) nameSlot(slot, (slot.id = call.id));
    pass.met.add(slot);
  };

  const readResult = (result: MessageResult): void => {
    const named = result.id === undefined ? slots : (byId.get(result.id) ?? []);
    const [waiting] = openOf(named, pass.answered, pass.firstUnanswered);
    const slot = waiting ?? (result.id === undefined ? undefined : named.at(-1));
    if (slot === undefined) return;
    pass.answered.add(slot);
    slot.result = result.content ?? slot.result;
    slot.error = result.error ?? slot.error;
  };

  return {
    all: () => [...provider.slots, ...slots].sort((a, b) => a.callAt - b.callAt),
    addProviderRun: (others, callAt, from) => provider.add(others, callAt, from),
    addAsked(calls, callAt) {
      for (const call of calls) {
        const named = byId.get(call.id ?? "")?.slice(-maxOpen);
        const isKnown = named?.some((slot) => isSameCall(slot, call)) ?? false;
        if (!isKnown && !isHandover(call)) add(call, callAt, "output");
      }
    },
    addRepeated(messages, callAt) {
      if (!pass.messages.every((message, at) => message === messages[at])) pass = newPass(slots);
      for (const message of messages.slice(pass.messages.length)) {
        for (const call of message.calls) if (!isHandover(call)) readCall(call, callAt);
        for (const result of message.results) readResult(result);
      }
      pass.messages = messages;
    },
    addSpans(spans, callAtOf) {
      const ownCalls = attachSpans([...provider.slots, ...slots], spans);
      const uses = createUseIndex(ownCalls.length === 0 ? [] : slots);
      for (const span of ownCalls) {
        const told = uses.find(span);
        if (told !== undefined) {
          (told.again ??= []).push(span);
          continue;
        }
        uses.add(add(callOf(span), callAtOf(span), "tool_span", span));
      }
    },
  };
}

function callOf({ callId, name, arguments: given = {} }: ToolOperation): MessageCall {
  return { ...(callId === undefined ? {} : { id: callId }), name, arguments: given };
}

/** One reading of the repeated messages: which calls and results have been met. A longer list is read on. */
interface Pass {
  messages: readonly Message[];
  readonly met: Set<ToolSlot>;
  readonly answered: Set<ToolSlot>;
  /** Where in a list of calls those begin that have not been met, and those that have no answer. */
  readonly firstUnmet: WeakMap<readonly ToolSlot[], number>;
  readonly firstUnanswered: WeakMap<readonly ToolSlot[], number>;
  /** By name and arguments, in order; some of them may have been met by id. */
  readonly unmet: Map<string, ToolSlot[]>;
}

function newPass(slots: readonly ToolSlot[]): Pass {
  const unmet = new Map<string, ToolSlot[]>();
  for (const slot of slots) addUnmet(unmet, slot);
  return {
    messages: [],
    met: new Set(),
    answered: new Set(),
    firstUnmet: new WeakMap(),
    firstUnanswered: new WeakMap(),
    unmet,
  };
}

function addUnmet(unmet: Map<string, ToolSlot[]>, slot: ToolSlot): void {
  const key = callKey(slot.name, slot.arguments);
  const queue = unmet.get(key);
  if (queue === undefined) unmet.set(key, [slot]);
  else queue.push(slot);
}

/** The call that this one repeats: the first that has the same name and arguments; else one whose arguments are missing. */
function takeUnmet({ unmet, met }: Pass, call: MessageCall, slots: readonly ToolSlot[]): ToolSlot | undefined {
  const canBe = (slot: ToolSlot) => !met.has(slot) && !idsDiffer(slot.id, call.id);
  const queue = unmet.get(callKey(call.name, call.arguments)) ?? [];
  const at = queue.findIndex(canBe);
  if (at >= 0) return queue.splice(0, at + 1).at(-1);
  const isEmpty = isEmptyArguments(call.arguments);
  return slots.find((slot) => slot.name === call.name && (isEmpty || isEmptyArguments(slot.arguments)) && canBe(slot));
}

/**
 * The call that this one, with the same id, repeats. Undefined when each of those with the id was met before, and either
 * answered, too, or asked for with something else: then the provider gave the id twice.
 */
function takeNamed(
  { met, answered, firstUnmet }: Pass,
  call: MessageCall,
  named: readonly ToolSlot[],
): ToolSlot | undefined {
  const unmet = openOf(named, met, firstUnmet);
  const repeated = unmet.find((slot) => isSameCall(slot, call)) ?? unmet[0];
  return repeated ?? named.slice(-maxOpen).find((slot) => !answered.has(slot) && isSameCall(slot, call));
}

/** So many of the calls with one id are looked at: it may have been given to thousands. */
const maxOpen = 32;

/** The first of them that are not done. `firsts` remembers where these begin. */
function openOf(
  slots: readonly ToolSlot[],
  done: ReadonlySet<ToolSlot>,
  firsts: WeakMap<readonly ToolSlot[], number>,
): readonly ToolSlot[] {
  let first = firsts.get(slots) ?? 0;
  for (let slot = slots[first]; slot !== undefined && done.has(slot); slot = slots[first]) first++;
  firsts.set(slots, first);
  return slots.slice(first, first + maxOpen).filter((slot) => !done.has(slot));
}

function isSameCall(slot: ToolSlot, call: MessageCall): boolean {
  return slot.name === call.name && !argumentsDiffer(slot.arguments, call.arguments);
}

/** Hand-overs to other agents are written as tool calls. */
function isHandover({ name }: MessageCall): boolean {
  return name.startsWith("transfer_to_");
}
