import { noReply } from "../../../src/evaluation/rules/no-reply.ts";
import { runEnded } from "../../../src/evaluation/rules/run-ended.ts";
import type { BuiltSession, Turn } from "../../../src/model/session.ts";
import { says, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const lookedUp = uses("get_order", {}, "open");
const withTurn =
  (member: Partial<Turn>) =>
  (session: BuiltSession): BuiltSession => ({
    ...session,
    turns: session.turns.map((turn) => ({ ...turn, ...member })),
  });
const finishing = (finishReason: string) =>
  withTurn({ steps: [{ type: "model_call", finishReason, messageIndex: 1, content: "It is" }] });

describeRule(noReply, {
  fires: [
    {
      name: "a turn that ends on a tool's answer",
      messages: [user("Status?"), lookedUp],
      expect: { severity: "soft", turn: 1 },
      reasoning: /get_order/,
    },
    { name: "an empty answer", messages: [user("Status?"), says("")], reasoning: /empty/ },
    { name: "an answer of blanks", messages: [user("Status?"), says(" \n ")] },
  ],
  silent: [
    { name: "an answered turn", messages: [user("Status?"), lookedUp, says("It is open.")] },
    {
      name: "a conversation given to a person",
      messages: [user("Help"), uses("transfer_to_human_agents", { summary: "x" }, "ok")],
    },
    {
      name: "a user message after which nothing was recorded",
      messages: [user("Hi"), says("Hello"), user("###STOP###")],
    },
    { name: "a call that still waits for its answer", messages: [user("Status?"), uses("get_order", {})] },
    { name: "an answer the user stopped", messages: [user("Status?"), lookedUp], change: withTurn({ aborted: true }) },
    {
      name: "content that was not recorded",
      messages: [user("Status?"), lookedUp],
      change: withTurn({ flags: ["content_missing"] }),
    },
    {
      name: "a run that ended with an error, which is another rule's business",
      messages: [user("Status?"), lookedUp],
      change: withTurn({ error: "boom" }),
    },
  ],
});

describeRule(runEnded, {
  fires: [
    {
      name: "a turn with an error",
      messages: [user("Status?"), lookedUp],
      change: withTurn({ error: "rate limited" }),
      expect: { severity: "hard" },
      reasoning: /rate limited/,
    },
    {
      name: "an answer cut by the token limit",
      messages: [user("Status?"), says("It is")],
      change: finishing("length"),
      reasoning: /cut short/,
    },
    {
      name: "a framework's step limit in place of a reply",
      messages: [user("Status?"), lookedUp, says("Agent stopped due to iteration limit or time limit.")],
      reasoning: /limit/,
    },
    {
      name: "a failed model call",
      messages: [user("Status?"), says("It is")],
      change: withTurn({ steps: [{ type: "model_call", error: "503", messageIndex: 1 }] }),
    },
  ],
  silent: [
    { name: "an answered turn", messages: [user("Status?"), lookedUp, says("It is open.")] },
    {
      name: "a reply that speaks of limits at length",
      messages: [
        user("Limits?"),
        says(`The maximum number of steps is reached when… ${"Details follow. ".repeat(40)}`),
      ],
    },
    { name: "a finished answer", messages: [user("Status?"), says("It is")], change: finishing("stop") },
    {
      name: "an answer the user stopped",
      messages: [user("Status?"), lookedUp],
      change: withTurn({ error: "aborted", aborted: true }),
    },
  ],
});
