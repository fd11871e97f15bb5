import { type Fields, fieldsOf, member } from "../../json.ts";
import type { Tracing } from "../../tracing.ts";
import type { ObservedCall } from "../observed-call.ts";
import { beginConverse } from "./begin-converse.ts";
import { beginInvocation } from "./begin-invocation.ts";

/** A command whose model call has begun. `events`: the member of its output that holds the events of a stream. */
export interface Begun {
  readonly call: ObservedCall;
  readonly events: "stream" | "body" | undefined;
}

interface Known {
  readonly begin: (tracing: Tracing, input: Fields, streamed: boolean) => ObservedCall;
  readonly events: Begun["events"];
}

/** The commands that ask a model, by the names of their classes. */
const commands = new Map<unknown, Known>([
  ["ConverseCommand", { begin: beginConverse, events: undefined }],
  ["ConverseStreamCommand", { begin: beginConverse, events: "stream" }],
  ["InvokeModelCommand", { begin: beginInvocation, events: undefined }],
  ["InvokeModelWithResponseStreamCommand", { begin: beginInvocation, events: "body" }],
]);

/** Begins the model call that a command makes; undefined for other commands, those of AWS's other services above all. */
export function beginCommand(tracing: Tracing, command: unknown): Begun | undefined {
  const known = knownCommand(command);
  if (known === undefined) return undefined;
  const { begin, events } = known;
  return { call: begin(tracing, fieldsOf(member(command, "input")), events !== undefined), events };
}

/** By its class, or the one that a class of the application's extends. */
function knownCommand(command: unknown): Known | undefined {
  if (typeof command !== "object" || command === null) return undefined;
  const name = member(member(command, "constructor"), "name");
  return commands.get(name) ?? knownCommand(Object.getPrototypeOf(command));
}
