/** What every error is told as. */
import { z } from "zod";

const count = z.int().nonnegative();

/** A mistake in what was sent; null where it is about no line or no key. Lines count from 1. */
const mistakeSchema = z
  .strictObject({ line: z.int().positive().nullable(), key: z.string().nullable(), message: z.string() })
  .meta({ id: "Mistake" });

export const errorSchema = z
  .strictObject({
    detail: z.string(),
    code: z.string(),
    /** Of too many requests, and of a quota: seconds, as in `Retry-After`. */
    retry_after: count.optional(),
    /** Of a quota: of what, how much of it was used this month (UTC), and how much may be. */
    service: z.string().optional(),
    current_usage: count.optional(),
    quota_limit: count.optional(),
    /** Of a dataset: each mistake, the first ones of many. */
    errors: z.array(mistakeSchema).optional(),
  })
  .meta({ id: "ErrorBody" });

export type Mistake = z.infer<typeof mistakeSchema>;
export type ErrorBody = z.infer<typeof errorSchema>;
