import { expect, it } from "vitest";
import { validateBody } from "../../src/api/validate.ts";
import { voiceFields } from "../../src/api/voice-form.ts";

it.each([
  ["metadata", "{", "must be a JSON object"],
  ["metadata", "[]", "must be a JSON object"],
  ["human_speaker", "x".repeat(201), "must not be longer than 200 characters"],
  ["speakers_expected", "-1", "must be a whole number from 0 to 999"],
  ["first_speaker_role", "system", 'must be "user" or "assistant"'],
  ["evaluate_safety", "yes", 'must be "true" or "false"'],
  ["language", "english?", 'must be a language such as "en"'],
])("a form is told what is wrong with %s: %s", (field, value, fault) => {
  expect(() => validateBody(voiceFields, { [field]: value })).toThrow(`"${field}": ${fault}`);
});

it("fields that were left empty are not there", () => {
  const empty = { metadata: "", human_speaker: "", speakers_expected: "", evaluate_safety: "", language: "" };
  expect(Object.values(validateBody(voiceFields, empty) ?? {}).every((value) => value === undefined)).toBe(true);
});
