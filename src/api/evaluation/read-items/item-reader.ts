/** Items as they are sent, become items as they are kept. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { EvaluationItem } from "../../../model/evaluation.ts";
import { jsonObjectSchema } from "../../contract.ts";
import type { Mistake } from "../../error-contract.ts";
import { didYouMean } from "../../../component/did-you-mean.ts";
import { isTooDeep } from "../../submission.ts";

const LONGEST_ID = 500;

const texts = z
  .union([z.string().transform((text) => [text]), z.array(z.string())], "must be a text or a list of texts")
  .nullish();

/** An item on the wire. An empty list is the same as none. */
export const itemSchema = z
  .strictObject({
    /** Unlike that of any other item. Runs are compared by it. */
    id: z
      .union([z.string(), z.int()], "must be a text or a whole number")
      .transform(String)
      .refine((id) => id.length > 0 && id.length <= LONGEST_ID, `must have 1 to ${LONGEST_ID} characters`)
      .nullish(),
    input: z.string(),
    output: z.string(),
    /** What the answer was to rest on: retrieved documents, tool results. */
    context: texts,
    expected: texts,
    metadata: jsonObjectSchema.nullish(),
  })
  .meta({ id: "NewItem" });

export const itemKeys = Object.keys(itemSchema.shape);

export type ItemMistake = Pick<Mistake, "key" | "message">;

export interface ItemReader {
  /** The item, or what is wrong with it. */
  read(value: unknown): EvaluationItem | readonly ItemMistake[];
}

/** One for each dataset: items without an id get one, which no other of them has. */
export function createItemReader(): ItemReader {
  const keyOf = createKeys();
  return {
    read(value) {
      if (isTooDeep(value)) return [{ key: null, message: "is nested too deeply" }];
      const parsed = itemSchema.safeParse(value);
      if (!parsed.success) return parsed.error.issues.flatMap(toMistakes);
      const { id, input, output, context, expected, metadata } = parsed.data;
      const hasExpected = expected !== undefined && expected !== null && expected.length > 0;
      return {
        key: id ?? keyOf([input, ...(hasExpected ? expected : [])]),
        input,
        output,
        context: context ?? [],
        ...(hasExpected ? { expected } : {}),
        metadata: metadata ?? {},
      };
    },
  };
}

/** By what was asked and expected, as another agent, or the same one tomorrow, finds and answers something else. */
function createKeys(): (asked: readonly string[]) => string {
  /** Of the first 48 bits, as a million whole digests take too much: two that share them cost one of them a number. */
  const counts = new Map<number, number>();
  return (asked) => {
    const digest = createHash("sha256").update(JSON.stringify(asked)).digest().subarray(0, 16);
    const short = digest.readUIntBE(0, 6);
    const count = (counts.get(short) ?? 0) + 1;
    counts.set(short, count);
    return count === 1 ? digest.toString("hex") : `${digest.toString("hex")}-${count}`;
  };
}

function toMistakes(issue: z.core.$ZodIssue): readonly ItemMistake[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ key: shortened(key), message: `unknown key${didYouMean(key, itemKeys)}` }));
  const [key] = issue.path;
  if (key === undefined) return [{ key: null, message: "is not a JSON object" }];
  return [{ key: shortened(issue.path.map(String).join(".")), message: messageOf(issue) }];
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) return "is missing";
  return issue.message.replace(/^Invalid input: /, "");
}

const shortened = (key: string): string => (key.length > 100 ? `${key.slice(0, 100)}...` : key);
