import { validateHeaderName, validateHeaderValue } from "node:http";
import type { AuthenticatorOf } from "../../component/extension.ts";
import { StartError } from "../../model/errors.ts";
import { SendError } from "./sender.ts";

export interface HeadersConfig {
  readonly headers: Readonly<Record<string, string>>;
  readonly auth?: { readonly authenticator: string } | undefined;
}

/** Names in lower case. Throws a SendError when the authenticator has none to give now; what is to be sent is not at fault. */
export type RequestHeadersOf = (project: string) => Readonly<Record<string, string>>;

/**
 * The configured headers and the authenticator's, which are asked for anew at each request, as a token may have changed.
 * Throws a StartError at once when there is no such authenticator.
 */
export function requestHeaders({ headers, auth }: HeadersConfig, authenticatorOf: AuthenticatorOf): RequestHeadersOf {
  const authenticator = auth === undefined ? undefined : authenticatorOf(auth.authenticator);
  if (authenticator !== undefined && authenticator.clientHeaders === undefined)
    throw new StartError(
      "authenticator_cannot_send",
      `"${auth?.authenticator}" is named as an exporter's authenticator, and has no key in the clear to send`,
      "Write the key of the other server into the exporter's headers, or name a bearertokenauth",
    );
  return (project) => {
    try {
      return lowerCased({ ...headers, ...authenticator?.clientHeaders?.(project) });
    } catch (cause) {
      throw new SendError("the authenticator gives no usable headers", { retryable: true, cause });
    }
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      validateHeaderName(name);
      validateHeaderValue(name, value);
      return [name.toLowerCase(), value];
    }),
  );
}
