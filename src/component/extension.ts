import type { Component, ComponentFactory } from "./component.ts";

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
}

/** Everybody, where nobody is asked. */
export const anyone: Caller = { project: "default" };

/** Knows callers by their credentials, at every door alike. Asked before a body is read. */
export interface Authenticator extends Component {
  /** Throws UnauthenticatedError or ForbiddenError. Never says what it was given: that may be somebody's secret. */
  authenticate(headers: RequestHeaders, right: Right): Caller;
  /**
   * For an exporter: the headers that make a server of the same kind accept its requests, as the project's if there are such, so
   * that the data of several projects does not become one's.
   */
  clientHeaders(project: string): Readonly<Record<string, string>>;
}

/** Finds a configured authenticator. Throws a StartError when there is none of that name among `service::extensions`. */
export type AuthenticatorOf = (id: string) => Authenticator;

export interface ExtensionNeeds {
  /** True between "every pipeline is ready" and the begin of the shutdown. */
  readonly isReady: () => boolean;
}

export type ExtensionFactory<Config = never> = ComponentFactory<Config, Extension, ExtensionNeeds>;

export function isAuthenticator(extension: Extension): extension is Authenticator {
  return "authenticate" in extension;
}
