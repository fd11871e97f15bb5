/** What the judge thread and the server tell each other. All of it can be sent between threads. */
import type { JudgePause } from "../component/judge.ts";
import type { Logger } from "../component/component.ts";

export type ToJudgeThread = { readonly type: "stop" };

export type FromJudgeThread =
  | { readonly type: "ready" }
  /** All that hold now. */
  | { readonly type: "pauses"; readonly pauses: readonly JudgePause[] }
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
