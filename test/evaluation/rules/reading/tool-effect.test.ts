import { describe, expect, it } from "vitest";
import { effectOf, handsOver } from "../../../../src/evaluation/rules/reading/tool-effect.ts";

describe("tool effects", () => {
  it.each([
    ["cancel_order", "write"],
    ["GmailSendEmail", "write"],
    ["BankManagerPayBill", "write"],
    ["return_delivered_items", "write"],
    ["get_return_policy", "read"],
    ["EvernoteManagerSearchNotes", "read"],
    ["user_order_history", "unknown"],
    ["orders.refund", "write"],
    ["TrafficControlAnalyzePatterns", "read"],
    ["AccessControlGrantRole", "write"],
    ["control_appliance", "write"],
    ["think", "read"],
    ["", "unknown"],
  ])("takes %j for %s", (name, effect) => {
    expect(effectOf(name, undefined)).toBe(effect);
  });

  it("asks the description when the name is silent", () => {
    expect(effectOf("thermostat", "Changes the temperature.")).toBe("write");
    expect(effectOf("thermostat", "Returns the temperature.")).toBe("read");
    expect(effectOf("get_order", "Deletes nothing.")).toBe("read");
  });

  it.each([
    ["transfer_to_human_agents", true],
    ["escalate_to_supervisor", true],
    ["handoff_to_billing_agent", true],
    ["transfer_money", false],
    ["get_agent", false],
    ["connect_database", false],
  ])("hands over by %s: %s", (name, gives) => {
    expect(handsOver(name)).toBe(gives);
  });
});
