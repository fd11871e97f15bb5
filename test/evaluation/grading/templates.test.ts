import { describe, expect, it } from "vitest";
import { fillPrompt, type TemplateName, templateOf } from "../../../src/evaluation/grading/templates.ts";
import { materialOf } from "../scripted-judge.ts";

/** The original's fields, and which of them only the material may hold. */
const dialogue = ["trajectories", "answers", "dynamicDialogue"];
const single = ["questions", "trajectories", "answers"];
const past = ["past_user_inputs", "past_agent_trajectories", "past_agent_responses"];
const fields: Readonly<Record<TemplateName, { readonly trusted: string[]; readonly material: string[] }>> = {
  "single-turn": { trusted: ["subgoal"], material: single },
  "current-turn": { trusted: ["subgoal"], material: [...past, ...single] },
  dialogue: { trusted: ["subgoal"], material: dialogue },
  "dialogue-with-task": { trusted: ["userTask", "subgoal"], material: dialogue },
  "strict-dialogue": { trusted: ["subgoal"], material: dialogue },
  "strict-dialogue-with-task": { trusted: ["userTask", "subgoal"], material: dialogue },
  "tool-value": { trusted: ["gt_value"], material: ["arg_value", "agent_tool_step"] },
};

const names = Object.keys(fields) as TemplateName[];

describe("AI-7, AI-8, AI-9 the built-in prompts", () => {
  it.each(names)("have the original's fields, what agents wrote between the fences only: %s", (name) => {
    const { trusted, material } = fields[name];
    const values = Object.fromEntries([...trusted, ...material].map((field) => [field, `<value of ${field}>`]));
    const prompt = fillPrompt(templateOf(name), values);
    const found = (text: string): string[] => [...text.matchAll(/<value of (\w+)>/g)].map(([, field = ""]) => field);
    expect(found(prompt).toSorted()).toEqual([...trusted, ...material].toSorted());
    expect(found(materialOf(prompt)).toSorted()).toEqual(material.toSorted());
  });

  it.each(names)(
    "name both grades, and hold no double quotes, so that only values stand in JSON strings: %s",
    (name) => {
      expect(templateOf(name)).toContain("GRADE: C");
      expect(templateOf(name)).toContain("GRADE: I");
      expect(templateOf(name)).not.toContain('"');
    },
  );

  it.each(names)("fence the material in with a line that depends on it: %s", (name) => {
    const { trusted, material } = fields[name];
    const fill = (value: string): string =>
      fillPrompt(templateOf(name), Object.fromEntries([...trusted, ...material].map((field) => [field, value])));
    const nonceOf = (prompt: string): string | undefined => /END UNTRUSTED DATA (\w{32})$/m.exec(prompt)?.[1];
    expect(nonceOf(fill("a"))).toMatch(/^\w{32}$/);
    expect(nonceOf(fill("a"))).toBe(nonceOf(fill("a")));
    expect(nonceOf(fill("a"))).not.toBe(nonceOf(fill("b")));
  });

  it("say of tools what the stricter ones are for in these only", () => {
    const aboutTools = names.filter((name) =>
      templateOf(name).includes("the call of that tool must be in the trajectory"),
    );
    expect(aboutTools).toEqual(["strict-dialogue", "strict-dialogue-with-task"]);
  });
});
