import type { Attributes } from "@opentelemetry/api";
import { observeResult } from "./observe-result.ts";
import type { OpenSpan } from "./open-span.ts";
import { type Scope, within } from "./scope.ts";

/** Runs `call` under the open span, which ends as the call does: with a result, a settled promise or an error. */
export function observeCall<T>(
  open: OpenSpan,
  scope: Scope,
  call: () => T,
  attributesOf: (result: unknown) => Attributes = () => ({}),
): T {
  const ok = (result: unknown): void => open.end(() => attributesOf(result));
  try {
    return observeResult(within({ ...scope, span: open.span }, call), ok, open.fail);
  } catch (error) {
    open.fail(error);
    throw error;
  }
}
