/** Asks for trials until a majority of all that are planned is certain, and for no more than that. */
import { countOf, majorityOf } from "./majority.ts";

export type Vote = string | number | boolean;

export interface WavesOptions<Trial> {
  /** How many are planned. */
  readonly trials: number;
  /** So many of those that do not count are asked for once more, after the others. */
  readonly maxRepeats: number;
  /** `place`: which of the planned trials, from 1; the same again when it is repeated. */
  readonly ask: (place: number) => Promise<Trial>;
  /** One vote on each question, the questions in the same order in every trial. Undefined: it does not count. */
  readonly votesOf: (trial: Trial) => readonly Vote[] | undefined;
  /** Whether asking again may help, of a trial that does not count. */
  readonly isRepeatable: (trial: Trial) => boolean;
}

/**
 * The trials in the order in which they were asked for. The first wave is a bare majority; each further one has as many as the
 * question that is farthest from its decision still needs. It ends when every question is decided: a vote on it has the
 * majority, or none can have it any more. So what the majority of all planned trials would say, the majority of these says.
 */
export async function askInWaves<Trial>(options: WavesOptions<Trial>): Promise<readonly Trial[]> {
  const { trials, ask, votesOf, isRepeatable } = options;
  const made: Trial[] = [];
  const places = Array.from({ length: trials }, (_, index) => index + 1);
  let repeatsLeft = options.maxRepeats;
  for (;;) {
    const ballots = made.map(votesOf).filter((votes) => votes !== undefined);
    const wave = places.splice(0, missingVotes(ballots, trials, places.length));
    if (wave.length === 0) return made;
    const answered = await askAll(wave.map((place) => async () => ask(place)));
    made.push(...answered);
    const invalid = wave.filter((_, index) => {
      const trial = answered[index];
      return trial !== undefined && votesOf(trial) === undefined && isRepeatable(trial);
    });
    const repeated = invalid.slice(0, repeatsLeft);
    places.push(...repeated);
    repeatsLeft -= repeated.length;
  }
}

/** How many more votes the question that is farthest from its decision needs; 0 when none is open. */
function missingVotes(ballots: readonly (readonly Vote[])[], trials: number, left: number): number {
  const [first] = ballots;
  if (first === undefined) return majorityOf(trials) <= left ? majorityOf(trials) : 0;
  const missing = first.map((_, question) => {
    const votes = ballots.flatMap((ballot) => ballot[question] ?? []);
    const most = Math.max(...votes.map((vote) => countOf(vote, votes)));
    return Math.max(0, majorityOf(trials) - most);
  });
  return Math.max(...missing.filter((votes) => votes <= left), 0);
}

/** All at once; waits for every one, then rejects with the first failure. */
export async function askAll<Answer>(asks: readonly (() => Promise<Answer>)[]): Promise<readonly Answer[]> {
  const settled = await Promise.allSettled(asks.map(async (ask) => ask()));
  return settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
