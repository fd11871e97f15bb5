import { z } from "zod";
import { parseEmail } from "../../model/account.ts";

/** As a list, and as an environment variable has it: a JSON list, which ValueHead writes, or separated by commas. */
export const adminEmails = z.preprocess(
  (given) => (typeof given === "string" ? split(given) : (given ?? [])),
  z.array(
    z.string().transform((text, context): string => {
      const email = parseEmail(text);
      if (email !== undefined) return email;
      context.issues.push({ code: "custom", input: text, message: "is not an e-mail address" });
      return z.NEVER;
    }),
  ),
);

function split(text: string): unknown {
  if (text.trim().startsWith("[")) return parseJson(text);
  return text.split(/[\s,;]+/).filter((part) => part !== "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // and so refused as no list
  }
}
