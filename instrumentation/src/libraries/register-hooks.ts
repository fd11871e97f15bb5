import module from "node:module";
import { member } from "../json.ts";

type Next = (target: string, context: unknown) => unknown;
export type SyncHook = (target: string, context: unknown, next: Next) => unknown;
type RegisterHooks = (hooks: { readonly resolve: SyncHook; readonly load: SyncHook }) => { deregister: () => void };

/** Node's `registerHooks`, which our oldest Node does not have: https://nodejs.org/api/module.html#moduleregisterhooksoptions */
export const registerHooks: RegisterHooks = (hooks) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as Node documents it
  (member(module, "registerHooks") as RegisterHooks)(hooks);
