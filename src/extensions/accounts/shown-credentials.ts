import type { RequestHeaders } from "../../component/extension.ts";
import { UnauthenticatedError } from "../../model/errors.ts";
import { withoutValiqorPrefix } from "../valiqor-prefix.ts";
import { isApiKey } from "./api-key.ts";

/** What a caller shows: an API key, or the token of a login. */
export type Credentials = { readonly key: string } | { readonly token: string };

/**
 * `X-Api-Key: vh_…`, `Authorization: Bearer vh_…` (for exporters of OTLP) or `Authorization: Bearer TOKEN`; a key also as `vq_vh_…`. Undefined when
 * neither header says anything; throws UnauthenticatedError for anything else. Source: ValueHead's REST documentation, authentication (VH-12).
 */
export function shownCredentials(headers: RequestHeaders): Credentials | undefined {
  const key = valueOf(headers["x-api-key"]);
  const authorization = valueOf(headers["authorization"]);
  if (key !== undefined && authorization !== undefined) throw refused("show X-Api-Key or Authorization, not both");
  if (key !== undefined) return toKey(key);
  return authorization === undefined ? undefined : fromAuthorization(authorization);
}

function fromAuthorization(text: string): Credentials {
  const [, scheme = "", credential = ""] = /^(\S+) +(\S+)$/.exec(text) ?? [];
  if (scheme.toLowerCase() !== "bearer") throw refused('the header Authorization is not of the form "Bearer KEY"');
  return /^(?:vq[_-])?vh_/.test(credential) ? toKey(credential) : { token: credential };
}

function toKey(text: string): Credentials {
  const key = withoutValiqorPrefix(text) ?? text;
  if (!isApiKey(key)) throw refused("the key is not known here");
  return { key };
}

/** An empty header is one that was not filled in. */
function valueOf(value: string | readonly string[] | undefined): string | undefined {
  const values = typeof value === "string" ? [value] : (value ?? []);
  if (values.length > 1) throw refused("the credentials are given more than once");
  return values[0]?.trim() || undefined;
}

export const refused = (message: string): UnauthenticatedError =>
  new UnauthenticatedError(message, { hadCredentials: true });
