/**
 * `turnwise/vitest`: matchers for sessions. `import "turnwise/vitest"` in a test or in a setup file is enough; `expectSession` is
 * `expect` that takes nothing but sessions.
 */
import { type Assertion, expect } from "vitest";
import type { AnySession } from "./matched-session.ts";
import { type SessionMatchers, sessionMatchers } from "./session-matchers.ts";

export type { AnySession } from "./matched-session.ts";
export { readSessions } from "./read-sessions.ts";
export type { Expectation, ExpectedArguments, SessionMatchers } from "./session-matchers.ts";

declare module "vitest" {
  // oxlint-disable-next-line typescript/no-unused-vars -- the parameter is vitest's
  interface Matchers<T> extends SessionMatchers {}
  /** `expect.not.toHaveUsedTool(...)`, within other values. */
  interface AsymmetricMatchersContaining extends SessionMatchers {}
}

expect.extend(sessionMatchers);

// oxlint-disable-next-line vitest/valid-expect -- what is expected is said by who calls it
export const expectSession = (session: AnySession): Assertion<AnySession> => expect(session);
