/** One turn: why it starts, where its texts, steps, tokens and costs are from, and what may be missing. */
import { isAside } from "../../dialects/message.ts";
import type { FactName } from "../../dialects/note.ts";
import type { MissingReason, TextExplanation, TurnExplanation } from "../../model/explanation.ts";
import type { Turn } from "../../model/session.ts";
import { sourcesOf } from "../build-turns.ts";
import type { Call } from "../call.ts";
import { isEmptyMessage } from "../message-key.ts";
import type { SpanTree } from "../span-tree.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import type { TextOrigin, TurnDraft } from "../turn-draft.ts";
import { userSide } from "../user-messages.ts";
import { explainCarried } from "./explain-attributes.ts";
import { explainModelCall, explainToolCalls } from "./explain-calls.ts";
import { lossesOf, whyNoReply, whyNoUserText } from "./explain-losses.ts";
import { refOf, sourceOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export interface TurnSurroundings {
  /** The traces of the turn and of its tools. */
  readonly units: readonly IdentifiedUnit[];
  readonly tree: SpanTree;
  readonly watched: WatchedFacts;
}

/** `turn`: what was built of the draft. */
export function explainTurn(
  draft: TurnDraft,
  { turn, flags, aborted, regeneratesTurn }: Turn,
  { units, tree, watched }: TurnSurroundings,
): TurnExplanation {
  const sources = sourcesOf(draft, units, tree);
  const operations = units.flatMap((unit) => unit.operations);
  const losses = lossesOf(draft, watched);
  const { userContent, attachments = [] } = userSide(draft.userMessages);
  const userText = explainText(userContent, draft.userMessagesFrom, ["input", "wrapper_input"], watched);
  const reply = explainText(draft.reply, draft.replyFrom, ["output", "wrapper_reply"], watched);
  const isReplyMissing = reply === undefined && !knownReasons.has(whyNoReply(draft, aborted, losses));
  return {
    turn,
    start: draft.start,
    ...(regeneratesTurn === undefined ? {} : { regeneratesTurn }),
    flags,
    aborted,
    userText: userText ?? { from: "nowhere", characters: 0, because: whyNoUserText(draft, losses) },
    attachments: attachments.length,
    reply: reply ?? { from: "nowhere", characters: 0, because: whyNoReply(draft, aborted, losses) },
    modelCalls: draft.calls.map((call) => explainModelCall(call, sources.readUsage, watched)),
    toolCalls: explainToolCalls(sources, operations, tree, watched),
    wrappers: draft.wrappers.map(({ span }) => refOf(span)),
    attempts: draft.attempts.map(({ operation }) => refOf(operation.span)),
    losses,
    carried: [
      ...draft.calls.filter(isEmptyCall).map(({ operation }) => explainCarried(operation.span, watched)),
      ...(userText === undefined || isReplyMissing
        ? draft.wrappers.map(({ span }) => explainCarried(span, watched))
        : []),
    ].slice(0, maxCarried),
  };
}

const maxCarried = 20;

/** There was no reply that could be found. */
const knownReasons = new Set<MissingReason>(["failed", "aborted", "asked_for_tools"]);

/** Something of it is not known, and nothing says that it failed. */
function isEmptyCall({ operation, history }: Call): boolean {
  const { input, output, error } = operation;
  if (input.messages.length === 0 || history.every(isEmptyMessage)) return true;
  return error === undefined && output.every((message) => isEmptyMessage(message) && !isAside(message));
}

/** Undefined when it is nowhere. Where each message is an event or a record, the user's is one of those. `facts`: under which fact the text was read from a model call, and from a wrapper. */
function explainText(
  text: string | undefined,
  from: TextOrigin | undefined,
  [ofCall, ofWrapper]: readonly [FactName, FactName],
  watched: WatchedFacts,
): TextExplanation | undefined {
  const characters = text?.length ?? 0;
  if (from === undefined) return undefined;
  if (from === "history") return { from, characters };
  const isCall = from.kind === "model";
  const { keys, ...span } = sourceOf(from.span, isCall ? ofCall : ofWrapper, watched);
  const own = ofCall === "input" ? keys.filter((key) => key.includes("gen_ai.user.message")) : [];
  const source = { ...span, keys: own.length > 0 ? own : keys };
  return { from: isCall ? "model_call" : "wrapper", characters, source };
}
