/**
 * The judgements of a session as event streams tell them. What a reader has had is named by a digest over it, so that one who
 * comes again can be told the rest, without anything being kept of the reader here.
 */
import { createHash } from "node:crypto";
import type { JudgedSession } from "../component/store.ts";
import { toEventData } from "./event-frame.ts";
import { toTurnJudgementDetail } from "./session-detail.ts";

export interface ToldTurn {
  readonly turn: number;
  /** The turn's judgement as event data. */
  readonly data: string;
  /** Stands for this judgement and those of all turns before it: the id of the event that tells it. */
  readonly position: string;
}

/** Of a reader who has had nothing. */
export const startPosition = "0";

const known = new WeakMap<JudgedSession, readonly ToldTurn[]>();

/** In order of turns. All who follow a session share one reading of it, and this. */
export function toldTurns(judged: JudgedSession): readonly ToldTurn[] {
  const told = known.get(judged) ?? tellTurns(judged);
  known.set(judged, told);
  return told;
}

function tellTurns({ turnJudgements }: JudgedSession): readonly ToldTurn[] {
  let position = startPosition;
  return [...turnJudgements]
    .sort(([a], [b]) => a - b)
    .map(([turn, judgement]) => {
      const data = toEventData(toTurnJudgementDetail(judgement));
      position = createHash("sha256").update(`${position}\n${turn}\n${data}`).digest("base64url").slice(0, 22);
      return { turn, data, position };
    });
}

export interface Telling {
  /** The id of an event that tells no judgement. */
  readonly position: () => string;
  /** What the reader has had, by turn. */
  readonly told: ReadonlyMap<number, string>;
  /** Those of the turns that the reader has not had, or had otherwise, in their order. Each counts as told once it is taken. */
  untold(judged: JudgedSession): Generator<ToldTurn, void>;
}

/** `lastEventId`: as the reader gives it. One that is not of the judgements as they are now stands for nothing. */
export function createTelling(lastEventId: string | undefined): Telling {
  const told = new Map<number, string>();
  let position = startPosition;
  let resumeAt = lastEventId;

  function resume(turns: readonly ToldTurn[]): void {
    const had = turns.findIndex((turn) => turn.position === resumeAt) + 1;
    for (const { turn, data } of turns.slice(0, had)) told.set(turn, data);
    position = turns[had - 1]?.position ?? startPosition;
    resumeAt = undefined;
  }

  return {
    position: () => position,
    told,
    *untold(judged) {
      const turns = toldTurns(judged);
      if (resumeAt !== undefined) resume(turns);
      for (const turn of turns) {
        if (told.get(turn.turn) === turn.data) continue;
        told.set(turn.turn, turn.data);
        ({ position } = turn);
        yield turn;
      }
    },
  };
}
