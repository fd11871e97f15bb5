import { describe, expect, it } from "vitest";
import {
  agrees,
  asks,
  claimsSuccess,
  correctsItself,
  isEnglish,
  leavesOpen,
  leavesUnsettled,
  refuses,
  reportsTrouble,
} from "../../../../src/evaluation/rules/reading/spoken.ts";

describe("spoken", () => {
  it.each([
    ["trouble", reportsTrouble, "I couldn't find it.", "Your order is on its way."],
    ["success", claimsSuccess, "Your order has been cancelled.", "What is your name?"],
    ["a question", asks, "Shall I proceed?", "It is open."],
    ["a refusal", refuses, "I can't help with that.", "I can help with that."],
    ["agreement", agrees, "Yes, go ahead", "What does it cost?"],
    [
      "an open end",
      leavesOpen,
      "It is open. Should I cancel it?",
      "It is done. Is there anything else I can help with?",
    ],
    ["an unsettled user", leavesUnsettled, "No, it still does not work", "No, thank you!"],
    ["a correction of itself", correctsItself, "I apologize for the mistake.", "That is the price."],
    ["English", isEnglish, "Cancel the order", "Storniere die Bestellung"],
  ])("tells %s from its absence", (_what, tells, present, absent) => {
    expect([tells(present), tells(absent)]).toEqual([true, false]);
  });
});
