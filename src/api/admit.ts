/** Whether a caller may call a route. */
import type { Request, RequestHandler } from "express";
import type { Accounts } from "../component/accounts.ts";
import { anyone, type Caller, type Right } from "../component/extension.ts";
import { headersOf } from "../component/request-headers.ts";
import { ForbiddenError, UnauthenticatedError } from "../model/errors.ts";
import { ApiError } from "./api-error.ts";
import { requireLocal } from "./local-only.ts";
import { type Access, type ApiContext, hereOnly, type Route } from "./route.ts";

/** Rejects when the caller may not. */
export type Admit = (route: Route, request: Request) => Promise<Caller>;

/** `callers` is told who asks. */
export function createAdmit(
  { authenticator, accounts, door = hereOnly }: ApiContext,
  callers: WeakMap<Request, Caller>,
): Admit {
  return async ({ access }, request) => {
    const caller =
      access === "public" || authenticator === undefined
        ? anyone
        : await authenticator.authenticate(headersOf(request.rawHeaders), rightFor(access), door);
    if (access === "account" || access === "admin") requireAccount(caller, access, accounts);
    callers.set(request, caller);
    return caller;
  };
}

/** An account may do everything in its project; what it may do beyond that is its role. */
const rightFor = (access: Exclude<Access, "public">): Right =>
  access === "account" || access === "admin" ? "read" : access;

function requireAccount({ account }: Caller, access: "account" | "admin", accounts: Accounts | undefined): void {
  accountsOf({ accounts });
  if (account === undefined)
    throw new UnauthenticatedError("this is for accounts: register, or log in", { hadCredentials: false });
  if (access === "admin" && account.role !== "admin")
    throw new ForbiddenError("this is for admins, whose e-mails the server's configuration names");
}

/** Throws an ApiError that says how to have accounts. */
export function accountsOf({ accounts }: { readonly accounts?: Accounts | undefined }): Accounts {
  if (accounts !== undefined) return accounts;
  const detail =
    'this server has no accounts; name an extension of the type "accounts" as the authenticator of service::api';
  throw new ApiError(404, "accounts_off", detail);
}

/** Where no credentials are needed, only this machine may ask, whatever it asks. */
export function hereWhileOpen({ authenticator, door = hereOnly }: ApiContext): RequestHandler {
  return async (request, _response, next) => {
    if (authenticator === undefined || (await authenticator.takesAnyone?.(door)) === true) requireLocal(request);
    next();
  };
}
