import type { JsonValue } from "../../model/session.ts";
import { callEvidence, callText } from "./finding-of.ts";
import { relativeDayKey } from "./reading/date-keys.ts";
import { isArray, leavesOf, memberOf, type JsonLeaf } from "./reading/json-leaves.ts";
import type { CallReading, SettingReading, TurnReading } from "./reading/session-reading.ts";
import { claimOf, type ValueClaim } from "./reading/value-claims.ts";
import { toolKey } from "./reading/offered-tools.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** Enough to name in one finding. */
const most = 3;

/**
 * Silent when part of the history was not recorded, or the user attached something: the value may stand there.
 * Right in 85 of 96 findings in BFCL and 29 of 33 in When2Call, other half.
 */
export const ungroundedArgument: TurnRule = {
  name: "ungrounded-argument",
  version: 3,
  description: "An identifier, number, date, address or name in an argument was never seen before the call.",
  check: ({ session, turn }) =>
    (turn.incomplete || turn.unseen ? [] : turn.calls).flatMap((call) => {
      const invented = ungroundedClaims(call, turn, session);
      return invented.length === 0 ? [] : [findingOf(call, invented, session)];
    }),
};

/** What a translation changes. */
const translatable: ReadonlySet<ValueClaim["kind"]> = new Set(["name", "choice", "date"]);

function ungroundedClaims(call: CallReading, { english }: TurnReading, session: SettingReading): ValueClaim[] {
  const tool = session.tools.get(toolKey(call.call.name));
  const found: ValueClaim[] = [];
  for (const leaf of leavesOf(call.call.arguments)) {
    const claim = claimOf(leaf);
    if (claim === undefined || (!english && translatable.has(claim.kind))) continue;
    if (isGrounded(claim, call.position, session)) continue;
    const parameter = tool?.parameterOf(leaf.top);
    if (isDefault(leaf, parameter)) continue;
    if (isRelative(claim, call.position, session)) found.push({ ...claim, kind: "day" });
    else found.push(isListed(leaf, parameter) ? { ...claim, kind: "choice" } : claim);
    if (found.length === most) break;
  }
  return found;
}

const isGrounded = ({ alternatives }: ValueClaim, before: number, { seen }: SettingReading): boolean =>
  alternatives.some((keys) => keys.length > 0 && keys.every((key) => seen.has(key, before)));

/** The user spoke of "tomorrow" and the like: the agent may have a clock that is in no text. */
const isRelative = ({ kind }: ValueClaim, before: number, { seen }: SettingReading): boolean =>
  kind === "date" && seen.has(relativeDayKey, before);

/** The schema, or its words, set the value. An enum only says which values are valid, not which one the user wants. */
const isDefault = ({ value }: JsonLeaf, parameter: JsonValue | undefined): boolean =>
  ["default", "const"].some((name) => memberOf(parameter, name) === value) ||
  statedDefault(parameter) === textIn(value);

/** `Defaults to 'T20'.`, `default value is 9.8` */
const defaulting = /\bdefault(?:s| value)?(?: is| to|:)? ["'“]?([^"'”\s]{1,40}?)["'”]?[.,;)]{0,2}(?:\s|$)/i;

function statedDefault(parameter: JsonValue | undefined): string | undefined {
  const description = memberOf(parameter, "description");
  const stated = typeof description === "string" ? defaulting.exec(description.slice(0, 1_000))?.[1] : undefined;
  return stated?.toLowerCase();
}

const textIn = (value: JsonLeaf["value"]): string => String(value).toLowerCase();

/** One of the values that the schema lists. */
function isListed({ value }: JsonLeaf, parameter: JsonValue | undefined): boolean {
  const listed = memberOf(parameter, "enum") ?? memberOf(memberOf(parameter, "items"), "enum");
  return isArray(listed) && listed.includes(value);
}

/** Kinds that need no source as much as the others do. */
const light: ReadonlySet<ValueClaim["kind"]> = new Set(["choice", "day"]);

/** In a change it is hard, unless it is of a light kind, or may have been said in a piece of the conversation that is not here. */
function findingOf(call: CallReading, invented: readonly ValueClaim[], { whole }: SettingReading): Finding {
  const named = invented.map(({ kind, value }) => `${kind} "${value.slice(0, 60)}"`).join(", ");
  const grave = whole && call.effect === "write" && invented.some(({ kind }) => !light.has(kind));
  return {
    rule: "ungrounded-argument",
    dimension: "hallucination",
    severity: grave ? "hard" : "soft",
    turn: call.turn,
    toolCall: call.index,
    reasoning: `${call.call.name.slice(0, 80)} was given ${named}, which nothing before the call mentions: not the user, not a tool, not the system prompt.`,
    evidence: callEvidence(call, callText(call)),
  };
}
