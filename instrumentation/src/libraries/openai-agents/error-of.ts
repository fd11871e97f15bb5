import { fieldsOf, textOf } from "../../json.ts";

/** What the SDK tells a span of a failure, `{ message, data: { error: "TypeError: ..." } }`, as the error that it was. */
export function errorOf(told: unknown): Error {
  const { message, data } = fieldsOf(told);
  const { error, guardrail } = fieldsOf(data);
  const text = textOf(error) ?? [message, guardrail].filter((part) => typeof part === "string").join(": ");
  const [, name = "Error", cause = text] = /^(\w*(?:Error|Triggered)): (.*)$/s.exec(text) ?? [];
  return Object.assign(new Error(cause), { name });
}
