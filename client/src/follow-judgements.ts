import { followEvents, parseEvent } from "./follow-events.ts";
import { tracePath } from "./trace-path.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import type { TurnJudgements } from "./types.ts";

/** One turn was judged: its number, and all judgements so far by the number of their turn, or its own alone when these are over 50. */
export interface JudgementEvent {
  readonly session_id: string;
  readonly turn: number;
  readonly judgements: TurnJudgements;
}

/** Those of before, then each as it is made, until the session is judged. */
export async function* followJudgements(
  transport: Transport,
  id: string,
  options?: RequestOptions,
): AsyncGenerator<JudgementEvent, void> {
  for await (const { event, data } of followEvents(transport, `${tracePath(id)}/stream`, options))
    if (event === "judgement") yield parseEvent<JudgementEvent>(data);
}
