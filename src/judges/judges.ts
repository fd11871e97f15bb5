/** The judges, apart from the other components: the threads that judge need no receivers, and start sooner without them. */
import type { JudgeFactory } from "../component/judge.ts";
import { llmJudge } from "./llm.ts";
import { rulesJudge } from "./rules.ts";

export const judges: readonly JudgeFactory<unknown>[] = [rulesJudge, llmJudge];
