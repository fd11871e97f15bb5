/**
 * Only this machine may talk to an API that does not ask who is calling. A web page elsewhere can make a browser send
 * requests here, by a name that resolves to this machine (DNS rebinding) or by a cross-origin form: both are refused by
 * what the browser cannot forge, the Host and Origin headers.
 */
import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const loopbackOrigin = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Throws an ApiError. */
export function requireLocal({ method = "", headers: { host, origin } }: IncomingMessage): void {
  if (host === undefined || !loopbackHost.test(host)) {
    const detail =
      "this API answers only to localhost, 127.0.0.1 and [::1]; from elsewhere use a tunnel, such as ssh -L, or register an account";
    throw new ApiError(421, "wrong_host", detail);
  }
  if (origin !== undefined && !safeMethods.has(method) && !loopbackOrigin.test(origin)) {
    throw new ApiError(403, "wrong_origin", "a page of another origin may not change anything here");
  }
}
