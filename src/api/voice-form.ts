/** The fields beside a recording: all of them text, as forms have them. */
import { z } from "zod";
import type { JsonValue } from "../model/session.ts";
import { submissionSchema } from "./submission.ts";

const metadata = z.string().transform((text, context): { readonly [key: string]: JsonValue } => {
  const parsed = jsonObject.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  context.issues.push({ code: "custom", input: "" });
  return z.NEVER;
});

const jsonObject = z.custom<{ readonly [key: string]: JsonValue }>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field that is left empty in a form is one that is not there. `fault`: what is said of one that is wrong, unless the schema says it. */
const orEmpty = <Schema extends z.ZodType>(schema: Schema, fault?: string) =>
  z.union([z.literal("").transform(() => undefined), schema], fault).optional();

export const voiceFields = z.strictObject({
  /** A JSON object. */
  metadata: orEmpty(metadata, "must be a JSON object"),
  /** Who the user is: the speech provider's label, or a number from 1; several with commas between. */
  human_speaker: orEmpty(z.string().max(200, "must not be longer than 200 characters")),
  /** 0: not known. */
  speakers_expected: orEmpty(
    z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number),
    "must be a whole number from 0 to 999",
  ),
  first_speaker_role: orEmpty(z.enum(["user", "assistant"]), 'must be "user" or "assistant"'),
  instructions: submissionSchema.shape.instructions,
  evaluate_safety: orEmpty(
    z.enum(["true", "false", "True", "False"]).transform((text) => text.toLowerCase() === "true"),
    'must be "true" or "false"',
  ),
  /** ISO 639; heard when it is not given. */
  language: orEmpty(z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$/, 'must be a language such as "en"')),
});

/** The whole form, for those who are to send it. */
export const voiceForm = voiceFields.extend({
  /** A recording in a usual container, whatever its content type says. */
  file: z.string().meta({ contentMediaType: "application/octet-stream" }),
});
