import { unsupportedFacts } from "../../../src/evaluation/rules/unsupported-facts.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const asked = user("Who won the cup, and by how much?");
const found = uses("search", { query: "cup" }, { winner: "Grace Hopper", points: 47 });

describeRule(unsupportedFacts, {
  fires: [
    {
      name: "names and numbers from nowhere",
      messages: [asked, says("Alan Turing won by 63 points.")],
      expect: { severity: "note", dimension: "hallucination", evidence: { messageIndex: 1 } },
      reasoning: /2 facts .*"63"/,
    },
    {
      name: "facts that a tool tells only later",
      messages: [
        asked,
        says("I will look."),
        says("Grace Hopper won by 47 points."),
        found,
        says("Grace Hopper, by 47."),
      ],
      expect: { evidence: { messageIndex: 2 } },
    },
  ],
  silent: [
    { name: "what a tool had told", messages: [asked, found, says("Grace Hopper won by 47 points.")] },
    { name: "what the user had told", messages: [user("Was it Grace Hopper by 47?"), says("Yes, Grace Hopper, 47.")] },
    { name: "a single number, which may be a sum", messages: [asked, found, says("She won by 94 points in all.")] },
    {
      name: "the plan at the beginning, and what repeats it",
      messages: [asked, says("The plan: ask Alan Turing, then 63 others."), says("I asked Alan Turing and 63 others.")],
    },
    {
      name: "a text beside a call, which the call is to find out about",
      messages: [asked, [{ ...uses("search", { query: "cup" }, "none")[0]!, content: "Is it Alan Turing, by 63?" }]],
    },
  ],
});
