/** Callers of accounts with limits: the project is the key that they show. */
import type { Authenticator, Caller } from "../../src/component/extension.ts";
import type { AccountLimits } from "../../src/model/account.ts";

export const plenty: AccountLimits = { maxTraces: 200, maxToolCalls: 100, maxCharacters: 500_000 };

export function accountsWith(limits: Partial<AccountLimits> = {}): Authenticator {
  return {
    authenticate: ({ "x-api-key": key }): Caller => ({
      project: typeof key === "string" ? key : "default",
      account: { id: "1", email: "a@example.com", role: "user", limits: { ...plenty, ...limits } },
    }),
    clientHeaders: () => ({}),
  };
}
