import { describe, expect, it } from "vitest";
import { otherRecord } from "../../../src/evaluation/rules/other-record.ts";
import { readSession } from "../../../src/evaluation/rules/reading/session-reading.ts";
import { unreadRecord, unreadRecords } from "../../../src/evaluation/rules/unread-record.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";
import { describeRule } from "./describe-rule.ts";

const customer = uses("find_customer", { phone: "555-01" }, { customer_id: "C1", lines: ["L1001", "L1002"] });

describeRule(otherRecord, {
  fires: [
    {
      name: "a record with another number than the one asked for",
      messages: [user("My phone 555-01 is dead"), customer, uses("get_line", { id: "L1001" }, { phone: "555-09" })],
      expect: { severity: "note", toolCall: 1, evidence: { quote: "phone: 555-09" } },
      reasoning: /get_line .*phone/,
    },
  ],
  silent: [
    {
      name: "the record that was asked for",
      messages: [user("My phone 555-01 is dead"), customer, uses("get_line", { id: "L1002" }, { phone: "555-01" })],
    },
    {
      name: "a key that no call has named",
      messages: [user("My phone 555-01 is dead"), uses("get_line", { line: "L1001" }, { phone: "555-09" })],
    },
    {
      name: "a member that names nobody",
      messages: [user("It is open?"), uses("get_order", { status: "open" }, { status: "closed" })],
    },
    {
      name: "a failed lookup",
      messages: [user("555-01"), uses("find", { phone: "555-01" }, { error: "none", phone: "555-09" })],
    },
  ],
});

const orders = uses("get_user", { user_id: "ada_1815" }, { orders: ["#W1111", "#W2222", "#W3333"] });
const order = (id: string) => uses("get_order", { order_id: id }, { items: ["lamp"] });

describeRule(unreadRecord, {
  fires: [
    {
      name: "orders that were left out",
      messages: [user("Where is my lamp?"), orders, order("#W1111"), says("I cannot find it.")],
      expect: { severity: "note", toolCall: 0 },
      reasoning: /#W2222 and 1 more/,
    },
  ],
  silent: [
    {
      name: "orders that were all looked up",
      messages: [user("My lamp?"), orders, order("#W1111"), order("#W2222"), order("#W3333"), says("Here.")],
    },
    { name: "records of a kind that nobody looks up", messages: [user("My lamp?"), orders, says("Which order?")] },
    {
      name: "numbers and dates",
      messages: [
        user("2024?"),
        uses("get", { day: "2024-05-01", n: "12345" }, { days: ["2024-05-02"], more: ["12346"] }),
      ],
    },
  ],
});

describe("unread records", () => {
  it("take time in proportion to what tools said", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => `#W${10_000 + at}`);
    const session = readSession(sessionOf([user("Lamp?"), uses("list", {}, { many }), order("#W10000")]));
    const started = performance.now();
    expect(unreadRecords(session).records).toHaveLength(19_999);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
