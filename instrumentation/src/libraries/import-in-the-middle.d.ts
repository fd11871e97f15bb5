/** What import-in-the-middle has no types for. */
declare module "import-in-the-middle/hook.mjs" {
  import type { InitializeHook, LoadHook, ResolveHook } from "node:module";

  export const initialize: InitializeHook;
  export const load: LoadHook;
  export const resolve: ResolveHook;
}

declare module "import-in-the-middle/supports-sync-hooks.mjs" {
  /** Whether Node has hooks in the application's own thread on which import-in-the-middle can rely. */
  export function supportsSyncHooks(): boolean;
}
