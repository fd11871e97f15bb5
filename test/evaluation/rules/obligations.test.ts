import { agreedNotDone } from "../../../src/evaluation/rules/agreed-not-done.ts";
import { unaddressedGoal } from "../../../src/evaluation/rules/unaddressed-goal.ts";
import { unidentifiedUser } from "../../../src/evaluation/rules/unidentified-user.ts";
import { says, system, tool, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const tools = [tool("cancel_order", { id: { type: "string" } }), tool("get_order", { id: { type: "string" } })];
const proposal = [user("Cancel W1, it is late"), says("I will cancel W1. Shall I proceed?")];
const cancelled = uses("cancel_order", { id: "W1" }, "ok");
const handedOver = uses("transfer_to_human_agents", { summary: "x" }, "ok");

describeRule(agreedNotDone, {
  fires: [
    {
      name: "a yes after which nothing was changed",
      messages: [...proposal, user("Yes, please"), says("Great!")],
      tools,
      expect: { severity: "note", turn: 2 },
      reasoning: /Yes, please/,
    },
    { name: "a yes that nobody answered", messages: [...proposal, user("Yes. Thanks!")], tools },
    {
      name: "a yes after an earlier change",
      messages: [user("Cancel W1"), cancelled, says("Done. Shall I cancel W2, too?"), user("Yes"), says("Ok.")],
      tools,
    },
    {
      name: "a yes where the change failed",
      messages: [...proposal, user("Yes"), uses("cancel_order", { id: "W1" }, "Error: closed"), says("No.")],
      tools,
    },
  ],
  silent: [
    { name: "a yes that was followed", messages: [...proposal, user("Yes"), cancelled, says("Done.")], tools },
    {
      name: "a yes that was followed later",
      messages: [...proposal, user("Yes"), says("Which reason?"), user("Late"), cancelled, says("Done.")],
      tools,
    },
    { name: "a yes after which a person took over", messages: [...proposal, user("Yes"), handedOver], tools },
    { name: "a no", messages: [...proposal, user("No, leave it"), says("Ok.")], tools },
    { name: "a yes to something else", messages: [user("Hi"), says("How are you?"), user("Yes"), says("Ok.")], tools },
    { name: "an agent that cannot change anything", messages: [...proposal, user("Yes"), says("Great!")] },
  ],
});

describeRule(unaddressedGoal, {
  fires: [
    {
      name: "a change asked for and never made",
      messages: [user("Please cancel order W1"), uses("get_order", { id: "W1" }, "open"), says("It is open.")],
      tools,
      expect: { severity: "note", turn: 1, evidence: { messageIndex: 3 } },
      reasoning: /cancel/,
    },
    {
      name: "another form of the word, after a greeting",
      messages: [user("Hi"), says("Hello"), user("I am thinking of cancelling W1"), says("I see.")],
      tools,
    },
  ],
  silent: [
    { name: "a change that was made", messages: [user("Cancel W1"), cancelled, says("Done.")], tools },
    { name: "a refusal", messages: [user("Cancel W1"), says("I cannot cancel a shipped order.")], tools },
    { name: "a hand-over", messages: [user("Cancel W1"), handedOver], tools },
    { name: "a question that asks for no change", messages: [user("Where is W1?"), says("In Rome.")], tools },
    { name: "a change that no tool offers", messages: [user("Cancel W1"), says("I see.")] },
  ],
});

const policy = system("You must verify the identity of the user by email before anything else.");
const found = uses("find_user", { email: "ada@example.com" }, { user_id: "ada_1" });

describeRule(unidentifiedUser, {
  fires: [
    {
      name: "a change for somebody whom nobody has looked up",
      messages: [policy, user("Cancel my order"), cancelled, says("Done.")],
      expect: { severity: "soft", dimension: "safety", toolCall: 0 },
    },
    {
      name: "a change after a lookup of something the user never said",
      messages: [policy, user("Cancel my order"), uses("get_order", { id: "W7" }, "open"), cancelled, says("Done.")],
    },
    {
      name: "a change after a lookup that failed",
      messages: [
        policy,
        user("I am ada@example.com, cancel my order"),
        uses("find_user", { email: "ada@example.com" }, "Error: user not found"),
        cancelled,
      ],
    },
  ],
  silent: [
    {
      name: "a change after the user was found by what they said",
      messages: [policy, user("I am ada@example.com, cancel my order"), found, cancelled, says("Done.")],
    },
    { name: "a change where nobody demands it", messages: [system("Be brief."), user("Cancel it"), cancelled] },
    { name: "a session without a change", messages: [policy, user("Hours?"), says("Nine to five.")] },
  ],
});
