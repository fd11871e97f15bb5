/** Which agent is ahead: how far the judge found each to come, how sure it was, and how much was passed. */
import { InvalidInputError } from "../evaluation-error.ts";
import { judgeStatisticsOf, type JudgeStatistics } from "../metrics/judge-statistics.ts";
import type { InspectedAgent, InspectedSample } from "./inspection.ts";

export interface Standing {
  /** From 1. */
  readonly rank: number;
  readonly agent: InspectedAgent;
  /** Of the samples whose judge gave grades; absent: there is none. */
  readonly progress?: JudgeStatistics;
  /** The samples that `progress` is of. */
  readonly graded: number;
  /** Why the others are not, and how many. */
  readonly ungraded: ReadonlyMap<string, number>;
  /** 0..1, of all validations; absent: there is none. */
  readonly passedShare?: number;
}

type Unranked = Omit<Standing, "rank">;

/** The best mean progress first, agents whose judge gave no grades last; then by what was passed. */
export const standingsOf = (agents: readonly InspectedAgent[]): readonly Standing[] =>
  agents
    .map(standingOf)
    .sort((one, other) => progressOf(other) - progressOf(one) || passedOf(other) - passedOf(one))
    .map((standing, at) => ({ ...standing, rank: at + 1 }));

const progressOf = ({ progress }: Unranked): number => progress?.expectation ?? -1;
const passedOf = ({ passedShare = -1 }: Unranked): number => passedShare;

function standingOf(agent: InspectedAgent): Unranked {
  const statistics: JudgeStatistics[] = [];
  const ungraded = new Map<string, number>();
  for (const sample of agent.samples) {
    const found = statisticsOf(sample);
    if (typeof found === "string") ungraded.set(found, (ungraded.get(found) ?? 0) + 1);
    else statistics.push(found);
  }
  const validated = agent.samples.flatMap((sample) => sample.validated);
  const passed = validated.filter((each) => each.passed).length;
  return {
    agent,
    graded: statistics.length,
    ungraded,
    ...(statistics.length === 0 ? {} : { progress: meanOf(statistics) }),
    ...(validated.length === 0 ? {} : { passedShare: passed / validated.length }),
  };
}

/** Or why there is none. */
function statisticsOf({ validated }: InspectedSample): JudgeStatistics | string {
  try {
    return judgeStatisticsOf(validated) ?? "nothing was validated";
  } catch (error) {
    if (error instanceof InvalidInputError) return error.reason;
    throw error;
  }
}

/** Of their mean. Samples are judged independently of each other, as `judgeStatisticsOf` takes subgoals to be. */
function meanOf(samples: readonly JudgeStatistics[]): JudgeStatistics {
  const expectation = sum(samples.map((sample) => sample.expectation)) / samples.length;
  const variance = sum(samples.map(({ standardDeviation }) => standardDeviation ** 2)) / samples.length ** 2;
  return { expectation, standardDeviation: Math.sqrt(variance) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
