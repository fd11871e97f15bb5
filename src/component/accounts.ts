/** Accounts: what a store keeps of them, and what the API may do with them. */
import type { Account, AccountLimits } from "../model/account.ts";
import type { SessionStatus } from "../model/session.ts";
import type { Door } from "./door.ts";

/** Of a key only this is kept. */
export interface KeptKey {
  /** SHA-256. The key has 256 random bits, so that nothing slower is needed. */
  readonly digest: Uint8Array;
  /** Its first characters, to tell keys apart by. */
  readonly hint: string;
}

export interface NewAccount extends Pick<Account, "email" | "name" | "role"> {
  /** Argon2id, in PHC's format. */
  readonly passwordHash: string;
  readonly key: KeptKey;
  /** It gets the project `default`, if nobody has that yet, with what was collected before there were accounts. */
  readonly mayTakeDefault: boolean;
}

export interface AccountLogin {
  readonly account: Account;
  readonly passwordHash: string;
}

/** `last_admin`: nobody would be left who could undo it. */
export type AccountChange = "done" | "missing" | "last_admin";

/** An account and what it has. */
export interface AccountUse extends Account {
  /** Sessions that came through the message doors, which its limit counts. */
  readonly traces: number;
  /** All of them. */
  readonly sessions: number;
}

export interface AccountPage {
  /** In the order in which they registered. */
  readonly accounts: readonly AccountUse[];
  readonly total: number;
}

export interface AccountCounts {
  readonly accounts: number;
  readonly admins: number;
  readonly suspended: number;
  readonly sessions: number;
  readonly turns: number;
}

/** All sessions of all projects, in numbers. */
export interface ServerStats {
  readonly sessionsByStatus: Readonly<Record<SessionStatus, number>>;
  readonly turns: number;
  readonly judgedTurns: number;
  readonly helpful: number;
  readonly neutral: number;
  readonly harmful: number;
  /** The last thirty days (UTC) on which sessions began, newest first. */
  readonly days: readonly DayStats[];
}

export interface DayStats {
  /** `2026-11-22` */
  readonly day: string;
  readonly sessions: number;
  readonly turns: number;
}

/** Accounts as a store keeps them. Part of the battery in `test/contract`. */
export interface AccountStore {
  /** Also while the last one is being deleted. */
  hasAccounts(): Promise<boolean>;
  /** Undefined when the e-mail has an account. */
  createAccount(account: NewAccount): Promise<Account | undefined>;
  getAccount(id: string): Promise<Account | undefined>;
  getAccountUse(id: string): Promise<AccountUse | undefined>;
  findAccountByKey(digest: Uint8Array): Promise<Account | undefined>;
  findLogin(email: string): Promise<AccountLogin | undefined>;
  findAccounts(page: { readonly limit: number; readonly offset: number }): Promise<AccountPage>;
  countAccounts(): Promise<AccountCounts>;
  readStats(): Promise<ServerStats>;
  /** From then on only the new key counts. False when there is no such account. */
  replaceKey(id: string, key: KeptKey): Promise<boolean>;
  /** Makes these the admins, and nobody else. */
  setAdmins(emails: readonly string[]): Promise<void>;
  setSuspended(id: string, isSuspended: boolean): Promise<AccountChange>;
  /** From then on nothing finds the account but `findDeletions`; what it has is still there. */
  beginDeletion(id: string): Promise<AccountChange>;
  /** Ids of accounts whose deletion has begun. */
  findDeletions(): Promise<readonly string[]>;
  /** Removes sessions of the account, a slice at a time, and at last itself. False: there is more to remove. */
  continueDeletion(id: string): Promise<boolean>;
  /** What is kept under this name; the proposal when nothing was. */
  keepSecret(name: string, proposal: string): Promise<string>;
}

export interface Registration {
  /** Valid and as `parseEmail` writes it. */
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
}

/** What a login gives: a token that says who somebody is until it expires. */
export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

export interface Registered extends AccessToken {
  /** In the clear, this once. */
  readonly key: string;
}

/** What people do with accounts, and admins. An authenticator that knows people offers it. */
export interface Accounts {
  readonly limits: AccountLimits;
  /** How often somebody may ask, in requests a minute: an account; a login by its address, and by its e-mail. */
  readonly rates: AccountRates;
  register(registration: Registration, door: Door): Promise<Registered | "email_taken" | "registration_off">;
  /** Throws UnauthenticatedError for a wrong password and an unknown e-mail alike, and ForbiddenError for a suspended account. */
  logIn(login: { readonly email: string; readonly password: string }): Promise<AccessToken>;
  get(id: string): Promise<AccountUse | undefined>;
  /** The new key, in the clear, this once; undefined when there is no such account. */
  rotateKey(id: string): Promise<string | undefined>;
  find(page: { readonly limit: number; readonly offset: number }): Promise<AccountPage>;
  count(): Promise<AccountCounts>;
  readStats(): Promise<ServerStats>;
  setSuspended(id: string, isSuspended: boolean): Promise<AccountChange>;
  /** Resolves when everything of the account is gone; it can do nothing from the first moment on. */
  delete(id: string): Promise<AccountChange>;
}

export interface AccountRates {
  readonly perAccount: number;
  readonly loginsPerAddress: number;
  readonly failedLoginsPerEmail: number;
}
