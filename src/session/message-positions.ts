/**
 * Positions in the session's messages, from 0, for sessions that came as spans: the transcript is the system prompt, then
 * for each turn the user's text, and for each model call its message followed by the tools' answers. What the provider's own
 * tools did is part of the model call's message.
 */
import type { Step, Turn } from "../model/session.ts";

/** `first`: how many messages stand before the first of these turns. */
export function numberMessages(turns: readonly Turn[], first: number): readonly NumberedTurn[] {
  let next = first;
  return turns.map((turn) => {
    const known = numberedTurns.get(turn);
    const numbered = known?.first === next ? known : numberTurn(turn, next);
    if (numbered !== known) numberedTurns.set(turn, numbered);
    next = numbered.next;
    return numbered;
  });
}

export interface NumberedTurn {
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
      const answeredAt = step.providerRun === true ? asked : next++;
      return {
        ...step,
        ...(asked === undefined ? {} : { messageIndex: asked }),
        ...(answeredAt === undefined ? {} : { resultMessageIndex: answeredAt }),
      };
    }
    const own = toolsAfter(steps, at);
    const asks = own.some((tool) => tool.type === "tool_call" && tool.providerRun !== true);
    if (step.content === undefined && own.length === 0) return step;
    asked = next++;
    replyAt = asks ? undefined : asked;
    return { ...step, messageIndex: asked };
  });
  return { steps: numbered, next, ...(replyAt === undefined ? {} : { replyAt }) };
}

/** The tools that a model call used or asked for follow it. */
function toolsAfter(steps: readonly Step[], at: number): readonly Step[] {
  let end = at + 1;
  while (steps[end]?.type === "tool_call") end++;
  return steps.slice(at + 1, end);
}
