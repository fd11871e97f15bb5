/** What a tool does to the world, inferred from its name and, when the name is silent, its description. */
import { foldText } from "./value-keys.ts";

/** `write` changes something outside the conversation; `read` only looks; `unknown`: nothing in the name tells. */
export type ToolEffect = "write" | "read" | "unknown";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Verbs that change something wherever in a name they stand. */
const writeVerbs = words(
  "book cancel modify update delete remove send transfer pay buy purchase add submit schedule reschedule share upload edit grant revoke unlock disable enable activate deactivate deploy publish invite rename withdraw deposit issue refund register unregister reboot restart shutdown block unblock forward approve reject create insert replace overwrite erase drop kill terminate install uninstall sell trade subscribe unsubscribe tweet redirect reply save store append move fill click toggle apply assign leave join follow suspend resume exchange write cast sign",
);
/** Verbs that are as often part of a system's name: `TrafficControlAnalyze…`. They decide when no other does. */
const vagueVerbs = words("manage control");
/** Words that are verbs only at the beginning: `return_item`, but not `get_return_policy`. */
const leadingWriteVerbs = words(
  "return order post set put patch change reset lock turn switch open close start stop make mark bind charge renew place reserve request clear reduce raise",
);
const readVerbs = words(
  "get find search list read lookup check view calculate compute think fetch retrieve query verify show describe count browse navigate analyze analyse estimate compare convert summarize translate predict detect validate inspect examine monitor look see",
);
const givingAway = words("transfer escalate hand handover handoff connect forward route");
const people = words("human humans agent agents person representative supervisor operator specialist");

/** The words of a tool's name: snake, kebab, dotted and camel case. */
export function wordsOfName(name: string): readonly string[] {
  return foldText(name.slice(0, 200).replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, "$1 ")).match(/[\p{L}]+/gu) ?? [];
}

/** Reads the name from the left, then the description's first words: the first verb decides. */
export function effectOf(name: string, description: string | undefined): ToolEffect {
  const described = wordsOfName((description ?? "").split(/[.\n]/, 1)[0] ?? "").slice(0, 3);
  return (deciding(wordsOfName(name)) ?? deciding(described))?.effect ?? "unknown";
}

/** The verb that says what a tool changes; undefined when its name has none. */
export const changingVerbOf = (name: string): string | undefined => {
  const found = deciding(wordsOfName(name));
  return found?.effect === "write" ? found.verb : undefined;
};

function deciding(spoken: readonly string[]): { verb: string; effect: ToolEffect } | undefined {
  for (const [place, word] of spoken.entries()) {
    const verb = verbOf(word);
    if (readVerbs.has(verb)) return { verb, effect: "read" };
    if (writeVerbs.has(verb) || (place === 0 && leadingWriteVerbs.has(verb))) return { verb, effect: "write" };
  }
  const vague = spoken.map(verbOf).find((verb) => vagueVerbs.has(verb));
  return vague === undefined ? undefined : { verb: vague, effect: "write" };
}

const isVerb = (word: string): boolean =>
  [writeVerbs, readVerbs, leadingWriteVerbs, vagueVerbs].some((verbs) => verbs.has(word));

/** `Cancels` is `cancel`: descriptions speak in the third person. There, `returns` tells what the tool answers. */
function verbOf(word: string): string {
  if (word === "returns") return "get";
  return [word, word.replace(/s$/, ""), word.replace(/es$/, "")].find(isVerb) ?? word;
}

/** Gives the conversation to a person or another agent. That is neither a success nor a failure. */
export function handsOver(name: string): boolean {
  const [first = "", ...rest] = wordsOfName(name);
  return givingAway.has(first) && rest.some((word) => people.has(word));
}
