/** Register, log in, who am I, a new key. Source: ValueHead's accounts (VH-11). */
import { z } from "zod";
import type { AccessToken, AccountUse } from "../../component/accounts.ts";
import {
  type AccessTokenDetail,
  accessTokenSchema,
  loginSchema,
  type Me,
  meSchema,
  type RegisteredDetail,
  registeredSchema,
  registrationSchema,
  type RotatedKey,
  rotatedKeySchema,
} from "../account-contract.ts";
import { accountsOf } from "../admit.ts";
import { ApiError } from "../api-error.ts";
import { defineRoute, hereOnly } from "../route.ts";

export const register = defineRoute({
  method: "post",
  path: "/api/v1/auth/register",
  access: "public",
  takesPassword: true,
  body: registrationSchema,
  operation: {
    id: "register",
    summary: "Make an account; its API key is in this answer and in no other.",
    reply: { status: 201, schema: registeredSchema },
    errors: [409, 429],
  },
  async answer({ body: { email, password, name } }, context) {
    const accounts = accountsOf(context);
    const registered = await accounts.register({ email, password, name: name ?? undefined }, context.door ?? hereOnly);
    if (registered === "email_taken") throw new ApiError(409, "email_taken", "this e-mail has an account; log in");
    if (registered === "registration_off")
      throw new ApiError(403, "registration_off", "nobody may register here; ask whoever runs this server");
    const body: RegisteredDetail = { ...toDetail(registered), api_key: registered.key };
    return { status: 201, body };
  },
});

export const logIn = defineRoute({
  method: "post",
  path: "/api/v1/auth/login",
  access: "public",
  takesPassword: true,
  body: loginSchema,
  operation: {
    id: "logIn",
    summary: "A token for `Authorization: Bearer`, for a password.",
    reply: { status: 200, schema: accessTokenSchema },
    errors: [429],
  },
  async answer({ body }, context) {
    return { status: 200, body: toDetail(await accountsOf(context).logIn(body)) };
  },
});

export const getMe = defineRoute({
  method: "get",
  path: "/api/v1/auth/me",
  access: "account",
  operation: {
    id: "getMe",
    summary: "The caller's own account, its limits and what it uses of them.",
    reply: { status: 200, schema: meSchema },
  },
  async answer({ caller }, context) {
    const accounts = accountsOf(context);
    const account = await accounts.get(caller.account?.id ?? "");
    if (account === undefined) throw accountGone();
    return { status: 200, body: toMe(account, accounts.limits) };
  },
});

export const rotateKey = defineRoute({
  method: "post",
  path: "/api/v1/auth/rotate-key",
  access: "account",
  body: z.strictObject({}),
  operation: {
    id: "rotateKey",
    summary: "A new API key, in this answer and in no other; the old one counts no more.",
    reply: { status: 200, schema: rotatedKeySchema },
  },
  async answer({ caller }, context) {
    const key = await accountsOf(context).rotateKey(caller.account?.id ?? "");
    if (key === undefined) throw accountGone();
    const body: RotatedKey = { api_key: key };
    return { status: 200, body };
  },
});

/** It was deleted while it asked. */
const accountGone = (): ApiError => new ApiError(404, "not_found", "this account is no more");

const toDetail = ({ token, expiresInSeconds }: AccessToken): AccessTokenDetail => ({
  access_token: token,
  token_type: "bearer",
  expires_in: expiresInSeconds,
});

function toMe(account: AccountUse, limits: { maxTraces: number; maxToolCalls: number; maxCharacters: number }): Me {
  const { id, email, role, name, createdAt, keyHint, traces, sessions } = account;
  return {
    id,
    email,
    role,
    name: name ?? null,
    created_at: createdAt.toISOString(),
    api_key: `${keyHint}…`,
    limits: {
      max_traces: limits.maxTraces,
      max_tool_calls_per_trace: limits.maxToolCalls,
      max_trace_chars: limits.maxCharacters,
    },
    usage: { traces, sessions },
  };
}
