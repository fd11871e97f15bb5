import { AsyncLocalStorage } from "node:async_hooks";
import type { Channel } from "node:diagnostics_channel";
import type { GuardError } from "../../guards/guard-error.ts";
import { isFields } from "../../json.ts";

const refusals = new AsyncLocalStorage<GuardError | undefined>();
const refused = new WeakMap<object, GuardError>();

/** A guard does not allow the call that `message` announces. Who is told by a channel cannot stop it. */
export function refuse(message: unknown, refusal: GuardError): void {
  if (isFields(message)) refused.set(message, refusal);
}

/** Lets `throwRefusal` know, in what runs in `channel`. */
export function bindRefusals(channel: Channel<unknown, unknown>): void {
  channel.bindStore(refusals, (message) => (isFields(message) ? refused.get(message) : undefined));
}

/** Throws what a guard has said of the call that is being made: the model that is asked can. */
export function throwRefusal(): void {
  const refusal = refusals.getStore();
  if (refusal !== undefined) throw refusal;
}
