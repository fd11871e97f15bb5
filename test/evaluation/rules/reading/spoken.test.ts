import { describe, expect, it } from "vitest";
import {
  agrees,
  asks,
  claimsSuccess,
  consents,
  correctsItself,
  declines,
  isEnglish,
  leavesOpen,
  leavesUnsettled,
  refuses,
  reportsTrouble,
  solicitationsIn,
} from "../../../../src/evaluation/rules/reading/spoken.ts";

describe("spoken", () => {
  it.each([
    ["trouble", reportsTrouble, "I couldn't find it.", "Your order is on its way."],
    ["success", claimsSuccess, "Your order has been cancelled.", "What is your name?"],
    ["a question", asks, "Shall I proceed?", "It is open."],
    ["a refusal", refuses, "I can't help with that.", "I can help with that."],
    ["an inability", declines, "I'm unable to look that up.", "I'm unable to look it up: I need the city."],
    ["a missing function", declines, "I don't have access to real-time data.", "I don't have it here yet."],
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

  it.each([
    ["a question before", "Shall I delete it?", "The red one", true],
    ["a yes to a proposal", "I would delete it.", "Sure", true],
    ["no yes", "I would delete it.", "Tell me more", false],
    ["the first message", "", "Make sure it is gone", false],
  ])("takes %s as consent or not", (_what, previousReply, answer, expected) => {
    expect(consents(previousReply, answer)).toBe(expected);
  });

  it.each([
    ["Sure. Which scale do you prefer?", "Which scale do you prefer?"],
    ["I need it. Could you please provide your ID?", "Could you please provide your ID?"],
    ["Would you like to know more?", ""],
    ["Can I help with anything else?", ""],
    ["It is done.", ""],
  ])("finds in %j what the user is asked to tell", (text, expected) => {
    expect(solicitationsIn(text)).toBe(expected);
  });
});
