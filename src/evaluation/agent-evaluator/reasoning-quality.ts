/** How well an agent went about its task, 0..1, by the trace of its reasoning. Without one nothing can be said (0.5). */
import { round4 } from "../python-numbers.ts";
import { strip } from "../python-text.ts";
import type { ReasoningStep } from "./agent-result.ts";

export interface Reasoning {
  readonly trace: readonly ReasoningStep[];
  readonly stepsTaken: number;
  /** That the task takes. Absent: it is not known. */
  readonly stepsNeeded?: number | undefined;
  /** That the agent may take. */
  readonly maxSteps: number;
}

/**
 * The mean of three things agent-evals' README names: steps needed by steps taken (where it is not known what is needed: the
 * share of `maxSteps` that was left), how many of the links from thoughts to actions to observations are there, and how many of
 * the actions are none taken before.
 */
export function reasoningQuality(reasoning: Reasoning): number {
  const { trace } = reasoning;
  return trace.length === 0 ? 0.5 : round4((efficiency(reasoning) + coherence(trace) + novelty(trace)) / 3);
}

/**
 * A quarter each for having a trace, for a thought in every step of it, for the share of `maxSteps` that was left, and for the
 * share of steps with an action. Observations and repetitions change nothing. Source: agent-evals' `_score_reasoning`.
 */
export function reasoningOfAgentEvals(reasoning: Reasoning): number {
  const { trace } = reasoning;
  if (trace.length === 0) return 0.5;
  const thought = trace.every(({ thought }) => isSaid(thought)) ? 0.25 : 0;
  const acted = trace.filter(({ action }) => isSaid(action)).length / trace.length;
  return round4(Math.min(1, 0.25 + thought + 0.25 * shareLeft(reasoning) + 0.25 * acted));
}

const isSaid = (text: string | undefined): text is string => text !== undefined && strip(text) !== "";

function shareLeft({ stepsTaken, maxSteps }: Reasoning): number {
  return maxSteps > 0 ? Math.max(0, 1 - stepsTaken / maxSteps) : 0;
}

function efficiency(reasoning: Reasoning): number {
  const { stepsNeeded, stepsTaken } = reasoning;
  if (stepsNeeded === undefined) return shareLeft(reasoning);
  return stepsTaken <= stepsNeeded ? 1 : stepsNeeded / stepsTaken;
}

/** The share of links that are there. The last step may be a conclusion: a thought that nothing follows from. */
function coherence(trace: readonly ReasoningStep[]): number {
  const links = trace.flatMap(({ thought, action, observation }, at) => {
    const concludes = at === trace.length - 1 && !isSaid(action) && !isSaid(observation);
    return concludes ? [isSaid(thought)] : [isSaid(thought) && isSaid(action), isSaid(action) && isSaid(observation)];
  });
  return links.filter(Boolean).length / links.length;
}

/** The share of actions that are the first of their kind. */
function novelty(trace: readonly ReasoningStep[]): number {
  const actions = trace.flatMap(({ action }) => (isSaid(action) ? strip(action) : []));
  return actions.length === 0 ? 1 : new Set(actions).size / actions.length;
}
