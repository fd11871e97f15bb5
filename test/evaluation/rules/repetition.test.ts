import { loop } from "../../../src/evaluation/rules/loop.ts";
import { repeatedCall } from "../../../src/evaluation/rules/repeated-call.ts";
import { repeatedWrite } from "../../../src/evaluation/rules/repeated-write.ts";
import type { BuiltSession } from "../../../src/model/session.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const look = (answer = "open") => uses("get_order", { id: "W1", full: true }, answer);
const sameLook = uses("get_order", { full: true, id: "W1" }, "open");
const modify = (address: string) => uses("modify_order_address", { user_id: "u1", order_id: "W1", address }, "ok");
const webSearch = (id: string) => ({ type: "web_search_call", id, status: "completed" });
const musing = says("Let me think about the order and about what can be done for it now.");

describeRule(repeatedCall, {
  fires: [
    {
      name: "the same call with the same answer",
      messages: [user("Status?"), look(), look()],
      expect: { severity: "soft", toolCall: 1 },
      reasoning: /call 1/,
    },
    { name: "the same call with its arguments in another order", messages: [user("Status?"), look(), sameLook] },
  ],
  silent: [
    { name: "polling: the answer changed", messages: [user("Status?"), look("pending"), look("done")] },
    { name: "looking again after a change", messages: [user("Status?"), look(), modify("Main Street 1"), look()] },
    {
      name: "looking again in a later turn",
      messages: [user("Status?"), look(), says("Open."), user("And now?"), look()],
    },
    {
      name: "tools that the provider ran, of which only the name is told",
      messages: [
        user("What is new?"),
        [{ role: "assistant", content: [webSearch("1"), webSearch("2"), webSearch("3")] }],
      ],
    },
    { name: "other arguments", messages: [user("Status?"), look(), uses("get_order", { id: "W2" }, "open")] },
  ],
});

const unrecorded = (session: BuiltSession): BuiltSession => ({
  ...session,
  turns: session.turns.map((turn) => ({ ...turn, flags: ["content_missing"] })),
});

describeRule(repeatedWrite, {
  fires: [
    {
      name: "two changes of one object by one tool",
      messages: [user("Move it"), modify("Main Street 1"), modify("Main Street 2")],
      expect: { severity: "soft", toolCall: 1 },
    },
    {
      name: "the same payment made twice",
      messages: [
        user("Pay"),
        uses("pay_bill", { to: "P1", amount: 5 }, "ok"),
        says("Paid."),
        user("Thanks"),
        uses("pay_bill", { to: "P1", amount: 5 }, "ok"),
      ],
    },
  ],
  silent: [
    {
      name: "changes of two objects",
      messages: [
        user("Move them"),
        modify("Main Street 1"),
        uses("modify_order_address", { user_id: "u1", order_id: "W2", address: "x" }, "ok"),
      ],
    },
    {
      name: "a change repeated because it had failed",
      messages: [
        user("Move it"),
        uses("modify_order_address", { order_id: "W1" }, "Error: busy"),
        modify("Main Street 1"),
      ],
    },
    {
      name: "an object changed anew in a later turn, for the user may have changed their mind",
      messages: [user("Move it"), modify("Main Street 1"), says("Moved."), user("No, to 2"), modify("Main Street 2")],
    },
    {
      name: "two payments that differ",
      messages: [
        user("Pay"),
        uses("pay_bill", { to: "P1", amount: 5 }, "ok"),
        uses("pay_bill", { to: "P1", amount: 6 }, "ok"),
      ],
    },
    {
      name: "writes whose arguments were not recorded",
      messages: [user("Move it"), modify("Main Street 1"), modify("Main Street 1")],
      change: unrecorded,
    },
    { name: "reading twice", messages: [user("Status?"), look(), look()] },
    {
      name: "a turn that answers an earlier one anew",
      messages: [user("Move it"), modify("Main Street 1"), says("Moved."), user("Move it"), modify("Main Street 1")],
      change: (session) => ({
        ...session,
        turns: session.turns.map((turn) => (turn.turn === 2 ? { ...turn, regeneratesTurn: 1 } : turn)),
      }),
    },
  ],
});

describeRule(loop, {
  fires: [
    {
      name: "three identical calls, told once",
      messages: [user("Status?"), look(), look(), look(), look()],
      expect: { severity: "hard", toolCall: 2 },
    },
    {
      name: "the model writing the same text three times",
      messages: [user("Status?"), musing, musing, musing],
      reasoning: /same text 3 times/,
    },
  ],
  silent: [
    {
      name: "calls whose arguments were not recorded",
      messages: [user("Status?"), look(), look(), look()],
      change: unrecorded,
    },
    { name: "two identical calls", messages: [user("Status?"), look(), look()] },
    {
      name: "three calls with other arguments each",
      messages: [user("Status?"), ...["A1", "A2", "A3"].map((id) => uses("get_order", { id }, "open"))],
    },
    { name: "short words that recur", messages: [user("Status?"), says("OK."), says("OK."), says("OK.")] },
  ],
});
