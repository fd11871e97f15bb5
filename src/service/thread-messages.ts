/** What the threads that work for the server tell it, and it them. All of it can be sent between threads. */
import type { Logger } from "../component/component.ts";
import type { RunWaiting } from "../component/evaluation-runner.ts";
import type { EvaluationRef } from "../component/evaluations.ts";
import type { JudgePause } from "../component/judge.ts";

export interface Stop {
  readonly type: "stop";
}

/** What each of them tells. */
export type ThreadReport =
  | { readonly type: "ready" }
  | { readonly type: "log"; readonly level: keyof Logger; readonly fields: object; readonly message: string }
  | {
      readonly type: "count";
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly by: number;
    }
  | {
      readonly type: "gauge";
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly value: number;
    };

/** All that hold now. */
export interface PausesTold {
  readonly type: "pauses";
  readonly pauses: readonly JudgePause[];
}

export type ToRunThread =
  | Stop
  /** There are runs to do. */
  | { readonly type: "wake" }
  /** The key that a run's sender gave for it; absent: it is to be forgotten. */
  | { readonly type: "key"; readonly run: EvaluationRef; readonly apiKey?: string };

/** Why the run waits for its model; absent: it does not wait any more. */
export interface RunWaitingTold {
  readonly type: "waiting";
  readonly run: EvaluationRef;
  readonly waiting?: RunWaiting;
}

/** The run has ended, or is not there any more: its key is of no use. */
export interface RunEnded {
  readonly type: "ended";
  readonly run: EvaluationRef;
}
