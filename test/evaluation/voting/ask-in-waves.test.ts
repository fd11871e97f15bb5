import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askInWaves, type Vote } from "../../../src/evaluation/voting/ask-in-waves.ts";
import { countOf, decide, majorityOf } from "../../../src/evaluation/voting/majority.ts";

/** Votes on each question; undefined: invalid. */
type Trial = readonly Vote[] | undefined;

interface Asking {
  readonly trials: number;
  readonly maxRepeats?: number;
  /** What the trial of a place is, the first time and when it is repeated. */
  readonly trialOf: (place: number, repeat: number) => Trial;
  /** In turns of the event loop; by default all at once. */
  readonly delayOf?: (place: number) => number;
}

async function ask({ trials, maxRepeats = 0, trialOf, delayOf = () => 0 }: Asking) {
  const asked: number[] = [];
  const made = await askInWaves<{ readonly votes: Trial }>({
    trials,
    maxRepeats,
    async ask(place) {
      const repeat = asked.filter((one) => one === place).length;
      asked.push(place);
      for (let turns = delayOf(place); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      return { votes: trialOf(place, repeat) };
    },
    votesOf: ({ votes }) => votes,
    isRepeatable: () => true,
  });
  return { asked, made: made.map(({ votes }) => votes) };
}

const scores = fc.constantFrom<Vote>(-1, 0, 1);
const sizes = fc.integer({ min: 1, max: 12 });
const ballots = (questions: number) =>
  sizes.chain((trials) =>
    fc.array(fc.array(scores, { minLength: questions, maxLength: questions }), {
      minLength: trials,
      maxLength: trials,
    }),
  );

describe("asking in waves", () => {
  it("finds the majority of all planned trials on every question, whether it asks for all of them or not", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }).chain(ballots), async (planned) => {
        const { made } = await ask({ trials: planned.length, trialOf: (place) => planned[place - 1] });
        for (const [question] of planned[0]?.entries() ?? []) {
          const all = planned.map((votes) => votes[question] ?? 0);
          const asked = made.flatMap((votes) => votes?.[question] ?? []);
          const winner = asked.find((vote) => countOf(vote, asked) >= majorityOf(planned.length));
          expect(winner).toBe(decide(all));
        }
      }),
    );
  });

  it("asks for no trial that could not change what is decided", async () => {
    await fc.assert(
      fc.asyncProperty(ballots(1), async (planned) => {
        const { made } = await ask({ trials: planned.length, trialOf: (place) => planned[place - 1] });
        const before = made.slice(0, -1).flatMap((votes) => votes ?? []);
        const most = Math.max(0, ...before.map((vote) => countOf(vote, before)));
        expect(most).toBeLessThan(majorityOf(planned.length));
      }),
    );
  });

  it("stays within the cap, and repeats only what was invalid", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.option(scores), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 0, max: 9 }),
        async (script, maxRepeats) => {
          const trialOf = (place: number, repeat: number): Trial => {
            const vote = script[place - 1]?.[repeat];
            return vote === null || vote === undefined ? undefined : [vote];
          };
          const { asked, made } = await ask({ trials: script.length, maxRepeats, trialOf });
          expect(asked.length).toBeLessThanOrEqual(script.length + maxRepeats);
          const counted = asked.filter((place, at) => made[at] !== undefined && asked.indexOf(place, at + 1) === -1);
          expect(counted).toHaveLength(made.filter((votes) => votes !== undefined).length);
        },
      ),
    );
  });

  it("comes to the same trials in whatever order they are done", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(scores), { minLength: 1, maxLength: 9 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 }),
        async (script, delays) => {
          const trialOf = (place: number): Trial => {
            const vote = script[place - 1];
            return vote === null || vote === undefined ? undefined : [vote];
          };
          const asking = { trials: script.length, maxRepeats: 2, trialOf };
          expect(await ask({ ...asking, delayOf: (place) => delays[place - 1] ?? 0 })).toEqual(await ask(asking));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("goes on as long as one of several questions is open", async () => {
    const planned: Trial[] = [
      [1, 0],
      [1, 1],
      [1, 0],
    ];
    expect((await ask({ trials: 3, trialOf: (place) => planned[place - 1] })).asked).toEqual([1, 2, 3]);
    expect((await ask({ trials: 3, trialOf: () => [1, 0] })).asked).toEqual([1, 2]);
  });

  it("asks for the others before it repeats", async () => {
    const trialOf = (place: number, repeat: number): Trial => (place === 1 && repeat === 0 ? undefined : [1]);
    expect((await ask({ trials: 3, maxRepeats: 1, trialOf })).asked).toEqual([1, 2, 3]);
    const onlyOne = (place: number, repeat: number): Trial => (place < 3 && repeat === 0 ? undefined : [1]);
    expect((await ask({ trials: 3, maxRepeats: 2, trialOf: onlyOne })).asked).toEqual([1, 2, 3, 1]);
  });

  it("waits for what is under way before it fails", async () => {
    let finished = 0;
    const failing = askInWaves<number>({
      trials: 3,
      maxRepeats: 0,
      async ask(place) {
        if (place === 1) throw new Error("no");
        await new Promise((resolve) => setImmediate(resolve));
        finished += 1;
        return place;
      },
      votesOf: (trial) => [trial],
      isRepeatable: () => false,
    });
    await expect(failing).rejects.toThrow("no");
    expect(finished).toBe(1);
  });
});
