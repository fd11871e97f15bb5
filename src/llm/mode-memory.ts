import { assumedCapabilities, isAfter, type Capabilities } from "./modes.ts";

/** What is known of how an endpoint and model want to be asked. */
export interface ModeMemory {
  /** What to ask with first. */
  readonly known: () => Capabilities;
  readonly isProven: () => boolean;
  /** An answer fits that was asked for in this form and in no words beside it: that proves the form. The first one counts. */
  readonly worked: (capabilities: Capabilities) => void;
  /** A form further up did not do, and this one may have, or the words beside it did: it is tried first from now on. */
  readonly mayWork: (capabilities: Capabilities) => void;
}

export function createModeMemory(): ModeMemory {
  let known = assumedCapabilities;
  let isProven = false;
  return {
    known: () => known,
    isProven: () => isProven,
    worked(capabilities) {
      if (!isProven) known = capabilities;
      isProven = true;
    },
    mayWork(capabilities) {
      if (!isProven && isAfter(capabilities, known)) known = capabilities;
    },
  };
}

const shared = new Map<string, ModeMemory>();

/** What this process has found out, whoever asked. */
export function sharedModeMemory(baseUrl: string, model: string): ModeMemory {
  const key = JSON.stringify([baseUrl, model]);
  const memory = shared.get(key) ?? createModeMemory();
  shared.set(key, memory);
  return memory;
}
