import { assumedFacts } from "../../../src/evaluation/rules/assumed-facts.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const ask = user("How many gyms are near the park?");

describeRule(assumedFacts, {
  fires: [
    {
      name: "an assumption in place of a fact",
      messages: [ask, says("Let's assume there are three gyms.")],
      expect: { severity: "note", evidence: { messageIndex: 1 } },
      reasoning: /assume there are three/,
    },
    {
      name: "made-up data in code",
      messages: [ask, uses("run", { code: "data = ['Gym A']  # hypothetical results" }, "1"), says("One.")],
    },
    {
      name: "a key left to be filled in",
      messages: [ask, uses("run", { code: "key = 'YOUR_API_KEY'" }, ""), says("None.")],
    },
  ],
  silent: [
    { name: "facts", messages: [ask, uses("search", { text: "gyms" }, "3"), says("There are three gyms.")] },
    {
      name: "a task that is about assuming",
      messages: [user("Assume x = 2. What is x + 1?"), says("Assuming x = 2, it is 3.")],
    },
  ],
});
