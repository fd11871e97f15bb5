import { ApiError } from "./api-error.ts";
import type { JudgeInfo } from "./route.ts";

/** The judge of that name, or, without one, all that judge. Throws an ApiError when that is none. */
export function judgesAskedFor(judges: readonly JudgeInfo[], name: string | undefined): readonly JudgeInfo[] {
  if (name !== undefined) return [requireJudge(name, judges)];
  const judging = judges.filter(({ off }) => off === undefined);
  if (judging.length === 0) throw new ApiError(409, "judge_off", "all judges are off");
  return judging;
}

function requireJudge(name: string, judges: readonly JudgeInfo[]): JudgeInfo {
  const judge = judges.find((one) => one.name === name);
  if (judge === undefined) {
    const names = judges.map((one) => one.name).join(", ");
    throw new ApiError(400, "invalid_request", `there is no such judge; configured: ${names}`);
  }
  if (judge.off !== undefined) throw new ApiError(409, "judge_off", `the judge ${judge.name} is off: ${judge.off}`);
  return judge;
}
