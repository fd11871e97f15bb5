import { ApiError } from "./api-error.ts";
import type { Judging } from "./judging-detail.ts";

/** The judge of that name, or, without one, all that judge. Throws an ApiError when that is none. */
export function judgesAskedFor<Judge extends Judging>(
  judges: readonly Judge[],
  name: string | undefined,
): readonly Judge[] {
  if (name !== undefined) return [requireJudge(name, judges)];
  const judging = judges.filter(({ off }) => off === undefined);
  if (judging.length === 0) throw new ApiError(409, "judge_off", "all judges are off");
  return judging;
}

function requireJudge<Judge extends Judging>(name: string, judges: readonly Judge[]): Judge {
  const judge = judges.find((one) => one.name === name);
  if (judge === undefined) {
    const names = judges.map((one) => one.name).join(", ");
    throw new ApiError(400, "invalid_request", `there is no such judge; configured: ${names}`);
  }
  if (judge.off !== undefined) throw new ApiError(409, "judge_off", `the judge ${judge.name} is off: ${judge.off}`);
  return judge;
}
