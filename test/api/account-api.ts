/** The API with accounts, over real HTTP on a real store, and people who have some. */
import { registeredSchema } from "../../src/api/account-contract.ts";
import type { Door } from "../../src/component/door.ts";
import { type Authenticator, isAuthenticator } from "../../src/component/extension.ts";
import type { Logger } from "../../src/component/component.ts";
import type { Store } from "../../src/component/store.ts";
import { accounts } from "../../src/extensions/accounts.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "../support/no-needs.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";

export const adminEmail = "root@example.com";

/** As the configuration would make it on this store, not started. */
export function createAccounts(store: Store, logger: Logger, config: object = {}): Authenticator {
  const extension = accounts.create(accounts.configSchema.parse({ admin_emails: [adminEmail], ...config }), {
    id: "accounts",
    logger,
    telemetry: createTelemetry(),
    isReady: () => true,
    ...noNeeds,
    storeOf: () => store,
  });
  if (!isAuthenticator(extension)) throw new Error("accounts is no authenticator");
  return extension;
}

export interface AccountApiOptions {
  /** Of the extension. */
  readonly config?: object;
  readonly door?: Door;
  readonly heartbeatMs?: number;
}

export async function startAccountApi({ config, door, heartbeatMs = 50 }: AccountApiOptions = {}): Promise<ApiServer> {
  let authenticator: Authenticator | undefined;
  const api = await startApi(async ({ store, logger }) => {
    authenticator = createAccounts(store, logger, config);
    await authenticator.start?.();
    const eventStreams = { heartbeatMs };
    return { authenticator, accounts: authenticator.accounts!, eventStreams, ...(door && { door }) };
  });
  return {
    ...api,
    async close() {
      await authenticator?.shutdown?.();
      await api.close();
    },
  };
}

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly id: string;
  readonly project: string;
  readonly key: string;
  readonly token: string;
  /** Who shows the key, and who shows the token. */
  readonly byKey: Readonly<Record<string, string>>;
  readonly byToken: Readonly<Record<string, string>>;
}

export async function register(api: ApiServer, email: string, password = "correct horse battery"): Promise<Person> {
  const { status, text } = await ask(api, "/api/v1/auth/register", { body: { email, password } });
  if (status !== 201) throw new Error(`register answered ${status}: ${text}`);
  const { api_key: key, access_token: token } = registeredSchema.parse(JSON.parse(text));
  const login = await api.store.accounts.findLogin(email);
  if (login === undefined) throw new Error("the account is not in the store");
  const { id, project } = login.account;
  const byToken = { authorization: `Bearer ${token}` };
  return { email, password, id, project, key, token, byKey: { "x-api-key": key }, byToken };
}
