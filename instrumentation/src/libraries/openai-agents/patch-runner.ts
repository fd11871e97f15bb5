import { AsyncLocalStorage } from "node:async_hooks";
import { fieldsOf, member, textOf } from "../../json.ts";
import { safely } from "../../safely.ts";
import { currentScope, type Scope, within } from "../../scope.ts";
import { replaceMethod } from "../patch-method.ts";

const inputs = new AsyncLocalStorage<unknown>();

/** What the innermost run was given: a text, a list of the SDK's items, or a run's state that goes on. */
export const inputOfRun = (): unknown => inputs.getStore();

/**
 * Makes what happens in `run` belong to the conversation that the SDK keeps for it, unless it has a name already: by
 * `withSession`, or by the group of its traces. The SDK's spans tell neither that nor the input.
 */
export function patchRunner(prototype: unknown): void {
  replaceMethod(
    prototype,
    "run",
    (original) =>
      function (this: unknown, ...args) {
        const scope = safely(() => scopeOfRun(this, args[2])) ?? {};
        return inputs.run(args[1], () => within(scope, () => original.apply(this, args)));
      },
  );
}

/** A session's id is only looked at: asking for it (`getSessionId`) may create the conversation at the provider. */
function scopeOfRun(runner: unknown, options: unknown): Scope {
  if (currentScope().conversationId !== undefined) return {};
  const { conversationId, session } = fieldsOf(options);
  const ids = [member(member(runner, "config"), "groupId"), conversationId, member(session, "sessionId")];
  const id = ids.find((candidate) => textOf(candidate) !== undefined);
  return typeof id === "string" ? { conversationId: id } : {};
}
