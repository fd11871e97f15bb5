import type { Attributes } from "@opentelemetry/api";
import type { Fields } from "../../json.ts";
import type { OpenSpan } from "../../open-span.ts";
import type { Scope } from "../../scope.ts";
import type { Tracing } from "../../tracing.ts";
import type { Recording } from "./recording.ts";

/** One of the SDK's spans that has begun. */
export interface Begun {
  readonly tracing: Tracing;
  /** What it is about. The SDK goes on writing here until the span ends. */
  readonly data: Fields;
  /** The scope that it begins in. */
  readonly around: Scope;
  /** How it failed, if it did. */
  readonly error: () => Error | undefined;
}

/** What is opened for a kind of span: the scope of what happens in it, and what to do when it ends. */
export type Begin = (begun: Begun) => Pick<Recording, "scope" | "end">;

/** Ends what was opened for a span as the SDK's ended. */
export function finish(open: OpenSpan, { error }: Begun, attributes?: () => Attributes): void {
  const failure = error();
  if (failure === undefined) open.end(attributes);
  else open.fail(failure, attributes);
}
