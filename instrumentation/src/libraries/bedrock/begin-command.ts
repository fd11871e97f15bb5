import { fieldsOf, member, textOf } from "../../json.ts";
import type { Tracing } from "../../tracing.ts";
import type { ObservedCall } from "../observed-call.ts";
import { beginConverse } from "./begin-converse.ts";
import { beginInvocation } from "./begin-invocation.ts";

/** A command whose model call has begun. `events`: the member of its output that holds the events of a stream. */
export interface Begun {
  readonly call: ObservedCall;
  readonly events: "stream" | "body" | undefined;
}

/** The commands that ask a model, by the names of their classes. */
const commands = new Map([
  ["ConverseCommand", { begin: beginConverse, events: undefined }],
  ["ConverseStreamCommand", { begin: beginConverse, events: "stream" }],
  ["InvokeModelCommand", { begin: beginInvocation, events: undefined }],
  ["InvokeModelWithResponseStreamCommand", { begin: beginInvocation, events: "body" }],
] as const);

/** Begins the model call that a command makes; undefined for other commands, those of AWS's other services above all. */
export function beginCommand(tracing: Tracing, command: unknown): Begun | undefined {
  const name = textOf(member(member(command, "constructor"), "name"));
  const known = [...commands].find(([className]) => className === name)?.[1];
  if (known === undefined) return undefined;
  const { begin, events } = known;
  return { call: begin(tracing, fieldsOf(member(command, "input")), events !== undefined), events };
}
