/** Knows callers by accounts of the store: people who register and log in, and their API keys. docs/decisions/023-accounts.md */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { AccountStore } from "../component/accounts.ts";
import { duration, secret } from "../component/config-schemas.ts";
import type { Door } from "../component/door.ts";
import { anyone, type Authenticator, type Caller, type ExtensionFactory } from "../component/extension.ts";
import type { Account, AccountLimits } from "../model/account.ts";
import { UnauthenticatedError } from "../model/errors.ts";
import { type AccessTokens, createAccessTokens } from "./accounts/access-tokens.ts";
import { createAccountDesk, suspended } from "./accounts/account-desk.ts";
import { adminEmails } from "./accounts/admin-emails.ts";
import { digestOf } from "./accounts/api-key.ts";
import { createDeletions, type Deletions } from "./accounts/deletions.ts";
import { faultOfSecret, requireSecret, secretRemedy } from "./accounts/jwt-secret.ts";
import { createRecentReads } from "./accounts/recent-reads.ts";
import { type Credentials, refused, shownCredentials } from "./accounts/shown-credentials.ts";

const atLeastOne = z.int().min(1);

const configSchema = z.strictObject({
  /** Where they are kept. */
  store: z.string().min(1).default("default"),
  /** Signs the tokens that a login gives. Empty: the server makes one up and keeps it, which is enough on this machine. */
  jwt_secret: secret.default(""),
  /** Whoever registers with one of these e-mails manages the others. */
  admin_emails: adminEmails.default([]),
  max_traces_per_user: atLeastOne.default(200),
  max_tool_calls_per_trace: atLeastOne.default(100),
  max_trace_chars: atLeastOne.default(500_000),
  /** Anybody may register. Without it only the first one may, on this machine. */
  registration: z.boolean().default(true),
  /** Of one account. */
  requests_per_minute: atLeastOne.default(6000),
  /** How long one stays logged in. */
  token_lifetime: duration
    .prefault("24h")
    .refine((milliseconds) => milliseconds >= 1000, { error: "must be at least one second" }),
});

export type AccountsConfig = z.infer<typeof configSchema>;

const LOGINS_PER_ADDRESS = 60;
const FAILED_LOGINS_PER_EMAIL = 10;

/** What there is once it has started. */
interface Started {
  readonly store: AccountStore;
  readonly tokens: AccessTokens;
  readonly deletions: Deletions;
}

export const accounts: ExtensionFactory<AccountsConfig> = {
  type: "accounts",
  description: "Knows callers by accounts: people register and log in, and send with keys of their own.",
  configSchema,
  faultAt({ jwt_secret }, { isLocal }) {
    const fault = isLocal ? undefined : faultOfSecret(jwt_secret);
    return fault === undefined ? undefined : { fault: `jwt_secret ${fault}`, advice: secretRemedy };
  },
  create(config, { id, logger, storeOf }): Authenticator {
    const limits: AccountLimits = {
      maxTraces: config.max_traces_per_user,
      maxToolCalls: config.max_tool_calls_per_trace,
      maxCharacters: config.max_trace_chars,
    };
    const recent = createRecentReads();
    let started: Started | undefined;
    const running = (): Started => {
      if (started === undefined) throw new Error(`${id} has not started`);
      return started;
    };

    const takesAnyone = (door: Door): boolean | Promise<boolean> => {
      if (!door.isLocal) return false;
      const has = recent.find("has accounts", () => running().store.hasAccounts());
      return has instanceof Promise ? has.then((some) => !some) : !has;
    };

    /** Whose the credentials are, suspended or not. */
    function find(shown: Credentials): Account | undefined | Promise<Account | undefined> {
      const { store, tokens } = running();
      if ("token" in shown) return findLoggedIn(shown.token, tokens);
      const digest = digestOf(shown.key);
      return recent.find(`key ${Buffer.from(digest).toString("base64")}`, () => store.findAccountByKey(digest));
    }

    async function findLoggedIn(token: string, tokens: AccessTokens): Promise<Account | undefined> {
      const accountId = await tokens.read(token);
      return accountId === undefined
        ? undefined
        : recent.find(`id ${accountId}`, () => running().store.getAccount(accountId));
    }

    function toCaller(account: Account | undefined, shown: Credentials): Caller {
      if (account === undefined)
        throw refused("token" in shown ? "the token is not valid, or has expired" : "the key is not known here");
      if (account.isSuspended) throw suspended();
      const { id: accountId, email, role, project } = account;
      return { project, account: { id: accountId, email, role, limits } };
    }

    return {
      accounts: createAccountDesk({
        limits,
        rates: {
          perAccount: config.requests_per_minute,
          loginsPerAddress: LOGINS_PER_ADDRESS,
          failedLoginsPerEmail: FAILED_LOGINS_PER_EMAIL,
        },
        admins: new Set(config.admin_emails),
        registration: config.registration,
        logger,
        store: () => running().store,
        tokens: () => running().tokens,
        deletions: () => running().deletions,
        onChange: () => recent.forget(),
      }),
      takesAnyone,

      requireDoor(door, setting) {
        if (!door.isLocal) requireSecret(config.jwt_secret, setting, id);
      },

      authenticate(headers, _right, door) {
        const shown = shownCredentials(headers);
        if (shown === undefined) {
          const isTaken = takesAnyone(door);
          return isTaken instanceof Promise ? isTaken.then(requireAnyone) : requireAnyone(isTaken);
        }
        const found = find(shown);
        return found instanceof Promise ? found.then((account) => toCaller(account, shown)) : toCaller(found, shown);
      },

      async start() {
        const { accounts: store } = storeOf(config.store);
        const key = config.jwt_secret || (await store.keepSecret("jwt", randomBytes(32).toString("base64url")));
        await store.setAdmins(config.admin_emails);
        const deletions = createDeletions(store, logger, () => recent.forget());
        started = { store, tokens: createAccessTokens(key, config.token_lifetime), deletions };
        await deletions.resume();
      },

      async shutdown() {
        await started?.deletions.stop();
      },
    };
  },
};

function requireAnyone(isTaken: boolean): Caller {
  if (isTaken) return anyone;
  const message = 'no credentials: send the header "X-Api-Key: KEY" or "Authorization: Bearer KEY"';
  throw new UnauthenticatedError(message, { hadCredentials: false });
}
