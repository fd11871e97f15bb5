import { callEvidence, callText } from "./finding-of.ts";
import { fingerprintOf, isRecord, isScalar, type JsonScalar } from "./reading/json-leaves.ts";
import type { CallReading, TurnReading } from "./reading/session-reading.ts";
import { wordStems } from "./reading/word-stems.ts";
import type { TurnRule } from "./rule.ts";

/**
 * Calls that were made at once, before any tool answered, each serve something that the user asked.
 * Right in 9 of 10 findings in BFCL, other half.
 */
export const addedCall: TurnRule = {
  name: "added-call",
  version: 1,
  description: "Of several calls of a tool made at once, one adds nothing to another of them that the user asked for.",
  check: ({ turn }) => {
    const found = turn.calls.length < 2 || turn.calledBefore || turn.incomplete ? undefined : firstAdded(turn);
    if (found === undefined) return [];
    return [
      {
        rule: "added-call",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: found.turn,
        toolCall: found.index,
        reasoning: `${found.call.name.slice(0, 80)} was called together with a call that already takes up the same values, and nothing the user asked calls for it.`,
        evidence: callEvidence(found, callText(found)),
      },
    ];
  },
};

/** More calls of one message are a batch job. */
const mostCalls = 20;

function firstAdded({ calls, asked, request }: TurnReading): CallReading | undefined {
  const first = calls[0];
  const together = calls.filter(({ call }) => call.messageIndex === first?.call.messageIndex).slice(0, mostCalls);
  const text = asked.slice(0, 20_000);
  const read = together.map((call) => ({ call, values: valuesOf(call, text, request().stems) }));
  return read.find(({ call, values }, place) =>
    read
      .slice(0, place)
      .some((each) => each.call.call.name === call.call.name && values.size > 0 && isWithin(values, each.values)),
  )?.call;
}

/** The argument values that the user named; a flag and a list are named as a whole, wherever they come from. */
function valuesOf({ call }: CallReading, asked: string, stems: ReadonlySet<string>): ReadonlySet<string> {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(isRecord(call.arguments) ? call.arguments : {})) {
    if (!isScalar(value) || typeof value === "boolean") values.add(`${name}=${fingerprintOf(value) ?? ""}`);
    else if (isNamed(value, asked, stems)) values.add(String(value).toLowerCase());
  }
  return values;
}

function isNamed(value: JsonScalar, asked: string, stems: ReadonlySet<string>): boolean {
  if (typeof value === "number") return asked.includes(String(Math.abs(value)));
  const words = typeof value === "string" ? [...wordStems(value)] : [];
  return words.length > 0 ? words.every((word) => stems.has(word)) : asked.includes(String(value));
}

const isWithin = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  [...some].every((each) => others.has(each));
