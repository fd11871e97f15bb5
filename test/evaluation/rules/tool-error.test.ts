import { toolError } from "../../../src/evaluation/rules/tool-error.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const failing = uses("get_order", { id: "W1" }, "Error: order service timed out");

describeRule(toolError, {
  fires: [
    {
      name: "a failure that the reply passes over",
      messages: [user("Where is my order?"), failing, says("Your order is on its way and arrives on Friday.")],
      expect: { severity: "soft", toolCall: 0, evidence: { messageIndex: 1, quote: "Error: order service timed out" } },
      reasoning: /timed out/,
    },
    {
      name: "a failure told in JSON",
      messages: [
        user("Where is it?"),
        uses("get_order", {}, { error: "no database" }),
        says("Your order is on its way."),
      ],
    },
    {
      name: "a failed command",
      messages: [
        user("Run it"),
        uses("run", {}, "exitcode: 1 (execution failed)\nTraceback"),
        says("The answer is 42 and that is final."),
      ],
    },
  ],
  silent: [
    {
      name: "a failure that a later call of the tool made good",
      messages: [
        user("Where is it?"),
        failing,
        uses("get_order", { id: "W1" }, "shipped"),
        says("Your order is shipped."),
      ],
    },
    {
      name: "a failure that the reply reports",
      messages: [user("Where is it?"), failing, says("I could not reach the order service, sorry.")],
    },
    {
      name: "a failure that the reply reports without an apology",
      messages: [user("Where is it?"), failing, says("The lookup failed. Please send me the number again.")],
    },
    {
      name: "a failure before the conversation went to a person",
      messages: [
        user("Where is it?"),
        failing,
        uses("transfer_to_human_agents", {}, "ok"),
        says("You are being transferred."),
      ],
    },
    {
      name: "a failure without any reply, which is another rule's business",
      messages: [user("Where is it?"), failing],
    },
    {
      name: "a reply in a language whose words it does not know",
      messages: [user("Wo ist es?"), failing, says("Leider ist das gerade nicht möglich.")],
    },
    {
      name: "a successful result that speaks of errors",
      messages: [
        user("Show the log"),
        uses("get_log", {}, "3 lines, last error: none"),
        says("Here is the log of the last day."),
      ],
    },
    {
      name: "an empty error member",
      messages: [
        user("Show it"),
        uses("get_log", {}, { error: null, errors: [], lines: 3 }),
        says("Here are the three lines of it."),
      ],
    },
  ],
});
