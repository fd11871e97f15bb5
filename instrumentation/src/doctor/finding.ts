import type { Patch } from "../libraries/patch-modules.ts";

/** One thing that the doctor looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, in one sentence. */
  readonly detail: string;
  /** What to do about it, when it is not ok. */
  readonly remedy?: string;
  /** The copy of a library that this is about. */
  readonly patch?: Patch;
}
