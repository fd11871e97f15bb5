/** What people do with accounts, and admins. */
import type { Accounts, AccountRates, AccountStore, Registered } from "../../component/accounts.ts";
import type { Logger } from "../../component/component.ts";
import type { AccountLimits } from "../../model/account.ts";
import { ForbiddenError } from "../../model/errors.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { createApiKey, keptKey } from "./api-key.ts";
import type { Deletions } from "./deletions.ts";
import { createPasswords } from "./passwords.ts";
import { refused } from "./shown-credentials.ts";

export interface AccountDeskOptions {
  readonly limits: AccountLimits;
  readonly rates: AccountRates;
  readonly admins: ReadonlySet<string>;
  /** Strangers may register. */
  readonly registration: boolean;
  readonly logger: Logger;
  /** To be asked when they are needed: before the start there are none. */
  readonly store: () => AccountStore;
  readonly tokens: () => AccessTokens;
  readonly deletions: () => Deletions;
  /** What is remembered of accounts may not hold any more. */
  readonly onChange: () => void;
}

export function createAccountDesk(options: AccountDeskOptions): Accounts {
  const { limits, rates, admins, registration, logger, store, tokens, deletions, onChange } = options;
  const passwords = createPasswords();

  return {
    limits,
    rates,

    async register({ email, password, name }, door): Promise<Registered | "email_taken" | "registration_off"> {
      // The first one has nobody to ask, and whoever is at this machine has its data anyway.
      const isOpen = registration || (door.isLocal && !(await store().hasAccounts()));
      if (!isOpen) return "registration_off";
      const key = createApiKey();
      const account = await store().createAccount({
        email,
        ...(name === undefined ? {} : { name }),
        role: admins.has(email) ? "admin" : "user",
        passwordHash: await passwords.hash(password),
        key: keptKey(key),
        // What was collected on this machine is not for whoever comes first from elsewhere.
        mayTakeDefault: door.isLocal || admins.has(email),
      });
      onChange();
      if (account === undefined) return "email_taken";
      logger.info({ account: account.id, role: account.role }, "an account was registered");
      return { ...(await tokens().create(account.id)), key };
    },

    async logIn({ email, password }) {
      const login = await store().findLogin(email);
      const matches = await passwords.matches(password, login?.passwordHash);
      if (login === undefined || !matches) throw refused("the e-mail or the password is wrong");
      if (login.account.isSuspended) throw suspended();
      return tokens().create(login.account.id);
    },

    async rotateKey(id) {
      const key = createApiKey();
      const isReplaced = await store().replaceKey(id, keptKey(key));
      onChange();
      return isReplaced ? key : undefined;
    },

    async setSuspended(id, isSuspended) {
      const change = await store().setSuspended(id, isSuspended);
      onChange();
      if (change === "done")
        logger.info({ account: id }, isSuspended ? "an account was suspended" : "an account is no longer suspended");
      return change;
    },

    delete: (id) => deletions().delete(id),
    get: (id) => store().getAccountUse(id),
    find: (page) => store().findAccounts(page),
    count: () => store().countAccounts(),
    readStats: () => store().readStats(),
  };
}

export const suspended = (): ForbiddenError =>
  new ForbiddenError("this account is suspended; ask whoever runs this server", "account_suspended");
