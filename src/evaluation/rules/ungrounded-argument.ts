import type { JsonValue } from "../../model/session.ts";
import { callEvidence, callText } from "./finding-of.ts";
import { isArray, leavesOf, memberOf, type JsonLeaf } from "./reading/json-leaves.ts";
import type { CallReading, SettingReading, TurnReading } from "./reading/session-reading.ts";
import { claimOf, type ValueClaim } from "./reading/value-claims.ts";
import { toolKey } from "./reading/offered-tools.ts";
import type { Finding, TurnRule } from "./rule.ts";

/** Enough to name in one finding. */
const most = 3;

/** Silent when part of the history was not recorded, or the user attached something: the value may stand there. */
export const ungroundedArgument: TurnRule = {
  name: "ungrounded-argument",
  version: 2,
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
    found.push(isListed(leaf, parameter) ? { ...claim, kind: "choice" } : claim);
    if (found.length === most) break;
  }
  return found;
}

const isGrounded = ({ alternatives }: ValueClaim, before: number, { seen }: SettingReading): boolean =>
  alternatives.some((keys) => keys.length > 0 && keys.every((key) => seen.has(key, before)));

/** The schema sets the value itself. An enum only says which values are valid, not which one the user wants. */
const isDefault = ({ value }: JsonLeaf, parameter: JsonValue | undefined): boolean =>
  ["default", "const"].some((name) => memberOf(parameter, name) === value);

/** One of the values that the schema lists. */
function isListed({ value }: JsonLeaf, parameter: JsonValue | undefined): boolean {
  const listed = memberOf(parameter, "enum") ?? memberOf(memberOf(parameter, "items"), "enum");
  return isArray(listed) && listed.includes(value);
}

/** In a change it is hard, unless it is a mere choice, or may have been said in a piece of the conversation that is not here. */
function findingOf(call: CallReading, invented: readonly ValueClaim[], { whole }: SettingReading): Finding {
  const named = invented.map(({ kind, value }) => `${kind} "${value.slice(0, 60)}"`).join(", ");
  const grave = whole && call.effect === "write" && invented.some(({ kind }) => kind !== "choice");
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
