import { replyEvidence, textOf } from "./finding-of.ts";
import { toJsonText } from "./reading/json-leaves.ts";
import { eachNumberKey, spellingsOf } from "./reading/number-keys.ts";
import { toolKey } from "./reading/offered-tools.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import { foldText } from "./reading/value-keys.ts";
import type { TurnRule } from "./rule.ts";

/** A single number is telling; of names it takes two, because one can be whom the message addresses. */
const fewestNames = 2;

/**
 * Silent when the agent spoke afterwards: then the rest may follow, or not be needed.
 * Right in 74 of 86 findings in BFCL, other half.
 */
export const leftOutValue: TurnRule = {
  name: "left-out-value",
  version: 1,
  description:
    "Tools were called for a part of what the user asked: other numbers or names of the message were taken up nowhere.",
  check: ({ session, turn }) => {
    if (turn.calls.length === 0 || turn.reply !== "" || turn.incomplete || turn.turn.aborted || turn.handedOver)
      return [];
    const left = leftOut(turn, session);
    if (left.length === 0) return [];
    const named = left.slice(0, 4).map((value) => `"${value.slice(0, 40)}"`);
    return [
      {
        rule: "left-out-value",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The user's message names ${named.join(", ")}, which no call took up.`,
        evidence: replyEvidence(turn, left.join(", ")),
      },
    ];
  },
};

function leftOut(turn: TurnReading, session: SettingReading): readonly string[] {
  const { numbers, names } = turn.request();
  if (numbers.size === 0 && names.size < fewestNames) return [];
  const all = { numbers: [...numbers], names: [...names] };
  const unsaid = withoutSaid(all, textsOf(turn));
  const left = isTelling(unsaid) ? withoutSaid(unsaid, definitionsOf(turn, session)) : unsaid;
  if (!isTelling(left)) return [];
  return [...left.numbers.map((key) => key.slice(1)), ...(left.names.length >= fewestNames ? left.names : [])];
}

interface Values {
  readonly numbers: readonly string[];
  readonly names: readonly string[];
}

const isTelling = ({ numbers, names }: Values): boolean => numbers.length > 0 || names.length >= fewestNames;

function withoutSaid({ numbers, names }: Values, texts: readonly string[]): Values {
  const said = foldText(texts.join("\n"));
  const taken = new Set<string>();
  if (numbers.length > 0) eachNumberKey(said, (key) => taken.add(key));
  return {
    numbers: numbers.filter(
      (key) => !taken.has(key) && !spellingsOf(Number(key.slice(1))).some((each) => taken.has(each)),
    ),
    names: names.filter((name) => !name.split(" ").some((word) => said.includes(word.slice(0, 4)))),
  };
}

/** More of one text is not read. */
const longest = 20_000;

/** What the agent did, and said beside it. */
function textsOf({ calls, modelCalls }: TurnReading): readonly string[] {
  const given = calls.map(({ call }) => `${call.name} ${textOf(call.arguments)}`);
  const spoken = modelCalls.map(({ content }) => content ?? "");
  return [...given, ...spoken].map((text) => text.slice(0, longest));
}

/** What a tool is made for need not be told to it: a calculator of the body mass index knows that name. */
const definitionsOf = ({ calls }: TurnReading, { tools }: SettingReading): readonly string[] =>
  [...new Set(calls.map(({ call }) => toolKey(call.name)))].flatMap((key) => {
    const definition = tools.get(key)?.definition;
    return definition === undefined
      ? []
      : [(definition.description ?? "").slice(0, longest), toJsonText(definition.parameters ?? null).slice(0, longest)];
  });
