import type { Endpoint } from "./config-schemas.ts";
import { isLoopback } from "./listen.ts";

/** Where a caller comes in. */
export interface Door {
  /** Only programs on this machine reach it. */
  readonly isLocal: boolean;
}

export const doorAt = ({ host }: Endpoint): Door => ({ isLocal: isLoopback(host) });
