/** Accounts on the wire: what is sent and answered at /api/v1/auth and /api/v1/admin. The shapes are our own: ValueHead does not document them. */
import { z } from "zod";
import { parseEmail } from "../model/account.ts";
import { statusSchema } from "./contract.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime();

const MIN_PASSWORD = 8;
const MAX_PASSWORD = 1024;
const MAX_NAME = 200;

const email = z.string().transform((text, context): string => {
  const parsed = parseEmail(text);
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: "custom", input: text, message: "is not an e-mail address" });
  return z.NEVER;
});

/** An emoji is one, though it is two of JavaScript's. */
const charactersIn = (text: string): number => Array.from(text).length;

const password = z
  .string()
  .max(2 * MAX_PASSWORD, `must have at most ${MAX_PASSWORD} characters`)
  .refine((text) => charactersIn(text) >= MIN_PASSWORD, `must have at least ${MIN_PASSWORD} characters`)
  .refine((text) => charactersIn(text) <= MAX_PASSWORD, `must have at most ${MAX_PASSWORD} characters`);

export const registrationSchema = z
  .strictObject({
    email,
    password,
    name: z.string().trim().min(1).max(MAX_NAME).nullish(),
  })
  .meta({ id: "Registration" });

/** The password is compared, not judged: how long it must be was said when it was chosen. */
export const loginSchema = z
  .strictObject({
    email,
    password: z
      .string()
      .min(1)
      .max(2 * MAX_PASSWORD),
  })
  .meta({ id: "Login" });

export const accessTokenSchema = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal("bearer"),
    /** In seconds. */
    expires_in: count,
  })
  .meta({ id: "AccessToken" });

/** The key is in the clear this once. */
export const registeredSchema = accessTokenSchema.extend({ api_key: z.string() }).meta({ id: "Registered" });
export const rotatedKeySchema = z.strictObject({ api_key: z.string() }).meta({ id: "RotatedKey" });

const accountFields = {
  id: z.string(),
  email: z.string(),
  role: z.enum(["user", "admin"]),
  name: z.string().nullable(),
  created_at: time,
};

export const meSchema = z
  .strictObject({
    ...accountFields,
    /** Its first characters and an ellipsis. */
    api_key: z.string().nullable(),
    limits: z.strictObject({ max_traces: count, max_tool_calls_per_trace: count, max_trace_chars: count }),
    /** `traces` is what the limit counts; `sessions` are all. */
    usage: z.strictObject({ traces: count, sessions: count }),
  })
  .meta({ id: "Me" });

export const adminUserSchema = z
  .strictObject({
    ...accountFields,
    suspended: z.boolean(),
    /** Sessions that came through the message doors, and all. */
    traces: count,
    sessions: count,
  })
  .meta({ id: "AdminUser" });

export const adminUsersSchema = z
  .strictObject({
    users: z.array(adminUserSchema),
    total: count,
    /** On this page. */
    count,
  })
  .meta({ id: "AdminUsers" });

export const adminUserStateSchema = z
  .strictObject({ id: z.string(), suspended: z.boolean() })
  .meta({ id: "AdminUserState" });

export const adminCountsSchema = z
  .strictObject({
    users: count,
    admins: count,
    suspended: count,
    sessions: count,
    turns: count,
  })
  .meta({ id: "AdminCounts" });

export const adminStatsSchema = z
  .strictObject({
    sessions: z.strictObject({ total: count, by_status: z.record(statusSchema, count) }),
    turns: z.strictObject({ total: count, judged: count, helpful: count, neutral: count, harmful: count }),
    /** The last thirty days, UTC, newest first; those on which nothing began are left out. */
    days: z.array(z.strictObject({ day: z.iso.date(), sessions: count, turns: count })),
  })
  .meta({ id: "AdminStats" });

export type AccessTokenDetail = z.infer<typeof accessTokenSchema>;
export type RegisteredDetail = z.infer<typeof registeredSchema>;
export type RotatedKey = z.infer<typeof rotatedKeySchema>;
export type Me = z.infer<typeof meSchema>;
export type AdminUser = z.infer<typeof adminUserSchema>;
export type AdminUsers = z.infer<typeof adminUsersSchema>;
export type AdminUserState = z.infer<typeof adminUserStateSchema>;
export type AdminCounts = z.infer<typeof adminCountsSchema>;
export type AdminStats = z.infer<typeof adminStatsSchema>;
