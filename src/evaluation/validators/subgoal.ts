import { z } from "zod";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { validateSubgoal, validateSubgoalInDialogue } from "../subgoal/validate-subgoal.ts";
import { parseGrade } from "../voting/grade.ts";
import { gradingOf, judgeFields, judgeOf, reasoningIn } from "./judge-fields.ts";
import { turnsUpTo } from "./select-turns.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z
  .strictObject({
    type: z.literal("subgoal"),
    ...commonFields,
    /** What is to be reached, in words. */
    subgoal: z.string().trim().min(1).max(20_000),
    /** `dialogue`: in whichever of the turns. `last_turn`: in the last of them. With `turn` those up to it. */
    mode: z.enum(["dialogue", "last_turn"]).default("dialogue"),
    /** What the user was told to want, if the user was simulated. */
    user_task: z.string().optional(),
    /** A tool that the subgoal needs must have been called, whatever was answered. */
    strict: z.boolean().default(false),
    ...judgeFields,
  })
  .refine(({ mode, user_task }) => mode === "dialogue" || user_task === undefined, {
    path: ["user_task"],
    error: "belongs to mode dialogue",
  })
  .refine(({ mode, strict }) => mode === "dialogue" || !strict, {
    path: ["strict"],
    error: "belongs to mode dialogue",
  });

/** Also turns without a reply are judged. Throws EvaluationError 050000 or 050007 when the trials give no grade. */
export const subgoal = defineValidator({
  type: "subgoal",
  description: "A judge model finds that a subgoal has been reached.",
  configSchema,
  check: ({ subgoal: details, mode, user_task: userTask, strict, turn, ...config }, needs) => {
    const grading = gradingOf(config, judgeOf(needs, "subgoal"));
    const options = { ...grading, silentTurns: "judge", includeJudgeExplanations: true } as const;
    return async (trajectory) => {
      const turns = turnsUpTo(trajectory, turn);
      const { passed, explanation, notes } =
        mode === "last_turn"
          ? await validateSubgoal(turns, { details }, options)
          : await validateSubgoalInDialogue(turns, { details }, { ...options, strict, ...(userTask && { userTask }) });
      const said = notes.find((note) => parseGrade(note) === Number(passed)) ?? "";
      return { passed, explanation: `${excerptOf(explanation, 300)} ${reasoningIn(said)}` };
    };
  },
});
