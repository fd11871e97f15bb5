/** Which object a write acts on. */
import type { ToolCall } from "../../../model/session.ts";
import { fingerprintOf, isScalar, memberOf } from "./json-leaves.ts";
import { changingVerbOf } from "./tool-effect.ts";

/** Each of these makes something new, so the same person may be named twice: only equal arguments are the same write. */
const makesNew = new Set(
  "book create add send post order buy purchase pay transfer insert submit place issue tweet publish save store append schedule reserve refund share invite write click".split(
    " ",
  ),
);
const identifierName = /(?:^|_|[a-z](?=I))(?:id|ids|number|uuid|email|path|file|filename|url|key|name)$/i;
/** Names whose it is, not what is acted on, when something else is named too. */
const ownerName = /user|customer|account|owner|client|member/i;

/** A text that is equal for writes on the same object; undefined when the arguments do not tell. */
export function targetOf(call: ToolCall): string | undefined {
  if (makesNew.has(changingVerbOf(call.name) ?? "")) return fingerprintOf(call.arguments);
  const names = identifiersOf(call);
  const name = names.find((each) => !ownerName.test(each)) ?? names[0];
  return name === undefined
    ? fingerprintOf(call.arguments)
    : `${name}=${fingerprintOf(memberOf(call.arguments, name) ?? null)}`;
}

function identifiersOf({ arguments: given }: ToolCall): readonly string[] {
  if (given === null || typeof given !== "object" || Array.isArray(given)) return [];
  return Object.keys(given).filter((name) => identifierName.test(name) && isScalar(memberOf(given, name) ?? null));
}
