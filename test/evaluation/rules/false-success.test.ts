import { falseSuccess } from "../../../src/evaluation/rules/false-success.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const failing = uses("cancel_order", { id: "W1" }, "Error: order is already shipped");

describeRule(falseSuccess, {
  fires: [
    {
      name: "a claimed success after a failed change",
      messages: [user("Cancel it"), failing, says("Your order has been cancelled.")],
      expect: {
        severity: "hard",
        dimension: "hallucination",
        evidence: { messageIndex: 3, quote: "Your order has been cancelled." },
      },
      reasoning: /already shipped/,
    },
    { name: "a success claimed in one word", messages: [user("Cancel it"), failing, says("Done!")] },
  ],
  silent: [
    {
      name: "an honest reply",
      messages: [user("Cancel it"), failing, says("I could not cancel it: it is already shipped.")],
    },
    {
      name: "a change that then succeeded",
      messages: [
        user("Cancel it"),
        failing,
        uses("cancel_order", { id: "W2" }, "ok"),
        says("Your order has been cancelled."),
      ],
    },
    {
      name: "another change that succeeded last",
      messages: [
        user("Cancel it"),
        failing,
        uses("refund_order", { id: "W1" }, "ok"),
        says("Your refund has been issued."),
      ],
    },
    { name: "a failed lookup", messages: [user("Where is it?"), uses("get_order", {}, "Error: down"), says("Done.")] },
    { name: "a reply that claims nothing", messages: [user("Cancel it"), failing, says("What is your order number?")] },
  ],
});
