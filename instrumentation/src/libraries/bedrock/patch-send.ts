import { member } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import { safely } from "../../safely.ts";
import { isInModelCall } from "../../scope.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { currentTracing } from "../../tracing.ts";
import { observeIterable } from "../observe-iterable.ts";
import { type Method, replaceMethod } from "../patch-method.ts";
import { type Begun, beginCommand } from "./begin-command.ts";

/** Replaces the clients' `send` by one that does the same and records those commands that ask a model. */
export function patchSend(prototype: unknown): boolean {
  return replaceMethod(
    prototype,
    "send",
    (original) =>
      function (this: unknown, command, ...rest) {
        const tracing = currentTracing();
        const begun =
          tracing && !isInModelCall() ? safelyUnlessGuarded(() => beginCommand(tracing, command)) : undefined;
        if (begun === undefined) return original.call(this, command, ...rest);
        return observeSent(begun, rest, (args) => original.call(this, command, ...args));
      },
  );
}

/** The answer comes as a promise, or where the application gave a callback, to that. */
function observeSent(begun: Begun, rest: readonly unknown[], send: (rest: readonly unknown[]) => unknown): unknown {
  const { call } = begun;
  try {
    const sent = call.run(() => send(rest.map((arg) => (isCallback(arg) ? observeCallback(arg, begun) : arg))));
    return rest.some(isCallback) ? sent : observeResult(sent, (output) => answered(begun, output), call.fail);
  } catch (error) {
    call.fail(error);
    throw error;
  }
}

function observeCallback(callback: Method, begun: Begun): Method {
  return function (this: unknown, ...args) {
    const [error, output] = args;
    if (error === null || error === undefined) answered(begun, output);
    else begun.call.fail(error);
    return callback.apply(this, args);
  };
}

function answered({ call, events }: Begun, output: unknown): void {
  safely(() => (events !== undefined && observeIterable(member(output, events), call)) || call.answered(output));
}

const isCallback = (value: unknown): value is Method => typeof value === "function";
