import type { Account, AccountLimits } from "../model/account.ts";
import type { Accounts } from "./accounts.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { Door } from "./door.ts";
import type { Store } from "./store.ts";

/** Something beside the pipelines: health, authentication. */
export type Extension = Component | Authenticator;

/** Header names in lower case; a header that came several times is a list. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a caller may do: send telemetry and messages, read what was made of it, change or delete it. */
export const rights = ["ingest", "read", "write"] as const;
export type Right = (typeof rights)[number];

/** Who sends, or asks. */
export interface Caller {
  /** Whose data it is. */
  readonly project: string;
  /** Absent for callers without an account: those of a configured token, and anyone. */
  readonly account?: CallingAccount;
}

export interface CallingAccount extends Pick<Account, "id" | "email" | "role"> {
  readonly limits: AccountLimits;
}

/** Everybody, where nobody is asked. */
export const anyone: Caller = { project: "default" };

/** Knows callers by their credentials, at every door alike. Asked before a body is read. */
export interface Authenticator extends Component {
  /**
   * Throws, or rejects with, UnauthenticatedError or ForbiddenError. Never says what it was given: that may be somebody's
   * secret. A promise only when something has to be read or computed: most requests cost none.
   */
  authenticate(headers: RequestHeaders, right: Right, door: Door): Caller | Promise<Caller>;
  /** Asked by each door when it is made. Throws a StartError when it could not keep out strangers there. */
  requireDoor?(door: Door, setting: string): void;
  /** True: at this door a request without credentials is anyone's. Absent: at none. */
  takesAnyone?(door: Door): boolean | Promise<boolean>;
  /** Where people register and log in. Absent: who may come in is in the configuration. */
  readonly accounts?: Accounts;
  /**
   * For an exporter: the headers that make a server of the same kind accept its requests, as the project's if there are such, so
   * that the data of several projects does not become one's. Absent: it keeps nothing that others would accept.
   */
  clientHeaders?(project: string): Readonly<Record<string, string>>;
}

/** Finds a configured authenticator. Throws a StartError when there is none of that name among `service::extensions`. */
export type AuthenticatorOf = (id: string) => Authenticator;

export interface ExtensionNeeds {
  /** True between "every pipeline is ready" and the begin of the shutdown. */
  readonly isReady: () => boolean;
  /** The configured store of that name. An extension whose configuration names one by `store` starts after it. */
  readonly storeOf: (name: string) => Store;
}

export interface ExtensionFactory<Config = never> extends ComponentFactory<Config, Extension, ExtensionNeeds> {
  /** What an authenticator of this configuration lacks at the door, for which its requireDoor would throw; undefined: nothing. */
  faultAt?(config: Config, door: Door): DoorFault | undefined;
}

export interface DoorFault {
  /** The setting, and what is wrong with it: `jwt_secret is not set`. */
  readonly fault: string;
  /** What to do about it. */
  readonly advice: string;
}

export function isAuthenticator(extension: Extension): extension is Authenticator {
  return "authenticate" in extension;
}
