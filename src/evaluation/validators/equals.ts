import { z } from "zod";
import type { JsonValue } from "../../model/session.ts";
import { equalsText } from "../heuristics.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { toJsonText } from "../rules/reading/json-leaves.ts";
import { fitsJson } from "./fits-json.ts";
import { parseReply } from "./parse-reply.ts";
import { checkReply } from "./check-reply.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("equals"),
  ...commonFields,
  /** A text is compared letter by letter. Anything else is compared with the reply's JSON, in which nothing depends on spaces and order. */
  value: z.json(),
});

export const equals = defineValidator({
  type: "equals",
  description: "The reply is the text, or JSON of the value.",
  configSchema,
  check: ({ value, turn }) =>
    checkReply(turn, `equals ${excerptOf(toJsonText(value), 200)}`, (reply) => isEqual(reply, value)),
});

function isEqual(reply: string, value: JsonValue): boolean {
  if (typeof value === "string") return equalsText(reply, value) === 1;
  const parsed = parseReply(reply);
  return parsed !== undefined && fitsJson(parsed.value, value, "exact");
}
