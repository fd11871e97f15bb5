import { replyEvidence } from "./finding-of.ts";
import { eachNumberKey } from "./reading/number-keys.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { foldText } from "./reading/value-keys.ts";
import type { SettingReading, TurnReading } from "./reading/session-reading.ts";
import { declines } from "./reading/spoken.ts";
import type { TurnRule } from "./rule.ts";

/** What changes from day to day, or is the user's own: no model knows it by heart. */
const live =
  /\b(?:current(?:ly)?(?! of\b)|latest|today(?:['’]s)?|tonight|tomorrow|right now|status|forecast|in stock|available|availability|upcoming|this (?:week(?:end)?|month)|my (?:\w{2,20} ){0,2}(?:order|account|balance|flight|booking|reservation|appointment|statement|calendar|inbox|files?|messages?|emails?))\b/i;
/** Says of itself how old it is. */
const dated = /\bas of (?:my|the) (?:last|latest|knowledge)|\bmy (?:knowledge|training)\b|\bknowledge cut-?off\b/i;
const longestReply = 4_000;
/** A longer system prompt may hold the facts. */
const longestPrompt = 1_000;

/**
 * Silent once anything has been called, and where no tools are known: then the facts can have come another way.
 * Right in 8 of 8 findings in When2Call, other half.
 */
export const unlookedFacts: TurnRule = {
  name: "unlooked-facts",
  version: 1,
  description:
    "The user asks for what only a lookup can tell, and the reply states figures that nobody mentioned, without any tool called.",
  check: ({ session, turn }) => {
    const figure = mayBeMadeUp(turn, session) ? firstFigure(turn, session) : undefined;
    if (figure === undefined) return [];
    return [
      {
        rule: "unlooked-facts",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The user asks for what only a lookup can tell, and the reply states ${figure} without one: "${excerptOf(turn.reply, 120)}"`,
        evidence: replyEvidence(turn, turn.reply),
      },
    ];
  },
};

const mayBeMadeUp = (turn: TurnReading, { tools, systemPrompt = "" }: SettingReading): boolean =>
  tools.size > 0 &&
  turn.calls.length === 0 &&
  turn.reply !== "" &&
  !turn.calledBefore &&
  !turn.incomplete &&
  !turn.unseen &&
  systemPrompt.length <= longestPrompt &&
  live.test(turn.asked.slice(0, longestReply)) &&
  !declines(turn.reply) &&
  !dated.test(turn.reply.slice(0, longestReply));

/** A number of two digits and more that stands nowhere before the reply. */
function firstFigure({ reply, position }: TurnReading, { seen }: SettingReading): string | undefined {
  let figure: string | undefined;
  eachNumberKey(foldText(reply.slice(0, longestReply)), (key) => {
    if (figure === undefined && Number(key.slice(1)) >= 10 && !seen.has(key, position + 1)) figure = key.slice(1);
  });
  return figure;
}
