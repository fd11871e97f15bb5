import { expect, it } from "vitest";
import { errorOf } from "../../../../instrumentation/src/libraries/openai-agents/error-of.ts";

it.each([
  [{ message: "Error in agent run", data: { error: "TypeError: no station" } }, "TypeError", "no station"],
  [{ message: "Error in agent run", data: { error: "Error: 500 scripted 500" } }, "Error", "500 scripted 500"],
  [{ message: "Error running tool", data: { error: "Error: two\nlines" } }, "Error", "two\nlines"],
  [{ message: "x", data: { error: "Note: not the name of an error" } }, "Error", "Note: not the name of an error"],
  [
    { message: "Guardrail tripwire triggered", data: { guardrail: "polite" } },
    "Error",
    "Guardrail tripwire triggered: polite",
  ],
  [{ message: "too odd", data: undefined }, "Error", "too odd"],
  ["no object", "Error", ""],
])("what the SDK tells of a failure is the error that it was: %j", (told, name, message) => {
  const error = errorOf(told);
  expect([error.name, error.message]).toEqual([name, message]);
});
