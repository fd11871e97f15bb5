import { stall } from "../../../src/evaluation/rules/stall.ts";
import { says, user } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const advice =
  "Please open the settings of your phone, choose the network and switch the mobile data off and on again.";
const question = "Why does my phone not connect?";

describeRule(stall, {
  fires: [
    {
      name: "a user who says the same again",
      messages: [user(question), says("Restart it."), user(question.toUpperCase()), says("Hm.")],
      expect: { severity: "note", turn: 2 },
      reasoning: /word by word/,
    },
    {
      name: "an agent that gives the same advice twice",
      messages: [user("It is slow"), says(advice), user("Done that"), says(`Sorry. ${advice}`)],
      expect: { turn: 2, evidence: { messageIndex: 3 } },
      reasoning: /nearly the one before/,
    },
  ],
  silent: [
    { name: "short words that recur", messages: [user("Yes"), says("Ok?"), user("Yes"), says("Ok?")] },
    {
      name: "another advice",
      messages: [
        user("It is slow"),
        says(advice),
        user("Done that"),
        says("Then your line may have used up its volume of this month, which I will look up for you now."),
      ],
    },
  ],
});
