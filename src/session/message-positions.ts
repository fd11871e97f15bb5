/**
 * Positions in the session's messages, from 0, for sessions that came as spans: the transcript is the system prompt, then
 * for each turn the user's text, and for each model call its message followed by the tools' answers.
 */
import type { Step, Turn } from "../model/session.ts";

/** `first`: how many messages stand before the first turn. */
export function numberMessages(turns: readonly Turn[], first: number): readonly Turn[] {
  let next = first;
  return turns.map((turn) => {
    const known = numberedTurns.get(turn);
    const numbered = known?.first === next ? known : numberTurn(turn, next);
    numberedTurns.set(turn, numbered);
    next = numbered.next;
    return numbered.turn;
  });
}

interface NumberedTurn {
  readonly turn: Turn;
  readonly first: number;
  /** The position after its last message. */
  readonly next: number;
}

/** A turn in its place stays the same object from build to build. */
const numberedTurns = new WeakMap<Turn, NumberedTurn>();

function numberTurn(turn: Turn, first: number): NumberedTurn {
  const { steps, next, replyAt: stepReplyAt } = numberSteps(turn.steps, first + 1);
  const isApart = stepReplyAt === undefined && turn.assistantContent !== undefined;
  const replyAt = isApart ? next : stepReplyAt;
  const numbered = {
    ...turn,
    messageIndex: first,
    steps,
    ...(replyAt === undefined ? {} : { replyMessageIndex: replyAt }),
  };
  return { turn: numbered, first, next: isApart ? next + 1 : next };
}

interface NumberedSteps {
  readonly steps: readonly Step[];
  readonly next: number;
  /** Of the last model message that asked for no tool. */
  readonly replyAt?: number;
}

function numberSteps(steps: readonly Step[], first: number): NumberedSteps {
  let next = first;
  let asked: number | undefined;
  let replyAt: number | undefined;
  const numbered = steps.map((step, at): Step => {
    if (step.type === "tool_call") {
      return { ...step, ...(asked === undefined ? {} : { messageIndex: asked }), resultMessageIndex: next++ };
    }
    const asks = steps[at + 1]?.type === "tool_call";
    if (step.content === undefined && !asks) return step;
    asked = next++;
    replyAt = asks ? undefined : asked;
    return { ...step, messageIndex: asked };
  });
  return { steps: numbered, next, ...(replyAt === undefined ? {} : { replyAt }) };
}
